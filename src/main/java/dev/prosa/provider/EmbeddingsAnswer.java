package dev.prosa.provider;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.OptionalInt;

/**
 * Reads the answer of {@code /embeddings}. Nothing that is not a usable vector gets through: a wrong length, a value
 * that is not finite or a vector of zeros would only show as bad search results, much later.
 */
final class EmbeddingsAnswer {

    private EmbeddingsAnswer() {
    }

    static Embeddings read(JsonObject answer, List<String> inputs, ProviderConfig config) {
        if (!(answer.get("data") instanceof JsonArray data)) {
            throw ProviderException.malformed("the embedding endpoint's answer has no \"data\" array");
        }
        if (data.size() != inputs.size()) {
            throw ProviderException.malformed("the embedding endpoint answered " + data.size() + " vectors for "
                    + inputs.size() + " inputs");
        }
        float[][] vectors = new float[inputs.size()][];
        for (int position = 0; position < data.size(); position++) {
            if (!(data.get(position) instanceof JsonObject item)) {
                throw ProviderException.malformed("the embedding endpoint's \"data\" holds something other than objects");
            }
            int index = index(item, position, vectors.length);
            if (vectors[index] != null) {
                throw ProviderException.malformed("the embedding endpoint answered index " + index + " twice");
            }
            vectors[index] = vector(item.get("embedding"));
        }
        checkDimensions(vectors, config.dimensions());
        String model = answer.get("model") instanceof String m && !m.isBlank() ? m : config.model();
        long tokens = Tokens.reported(answer.get("usage"), "prompt_tokens");
        return tokens >= 0
                ? new Embeddings(model, List.of(vectors), tokens, false)
                : new Embeddings(model, List.of(vectors), Tokens.estimate(inputs), true);
    }

    /** {@code index} orders the vectors; where a server leaves it out, its order is the inputs' order. */
    private static int index(JsonObject item, int position, int count) {
        Object value = item.get("index");
        if (value == null) {
            return position;
        }
        int index = value instanceof Integer i ? i : -1;
        if (index < 0 || index >= count) {
            throw ProviderException.malformed("the embedding endpoint answered an index out of 0 to " + (count - 1));
        }
        return index;
    }

    private static float[] vector(Object embedding) {
        float[] vector;
        if (embedding instanceof String base64) {
            vector = decode(base64);
        } else if (embedding instanceof JsonArray numbers) {
            vector = numbers(numbers);
        } else {
            throw ProviderException.malformed("the embedding endpoint answered an embedding that is neither base64 nor "
                    + "an array of numbers");
        }
        boolean allZero = true;
        for (float value : vector) {
            if (!Float.isFinite(value)) {
                throw ProviderException.malformed("the embedding endpoint answered a vector with a value that is not "
                        + "a finite number");
            }
            allZero &= value == 0f;
        }
        if (allZero) {
            throw ProviderException.malformed("the embedding endpoint answered a vector "
                    + (vector.length == 0 ? "of no dimensions" : "of zeros only"));
        }
        return vector;
    }

    /** Base64 of little-endian 32-bit floats. */
    private static float[] decode(String base64) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw ProviderException.malformed("the embedding endpoint answered an embedding that is not base64");
        }
        if (bytes.length % Float.BYTES != 0) {
            throw ProviderException.malformed("the embedding endpoint answered an embedding of " + bytes.length
                    + " bytes, which is no number of 32-bit floats");
        }
        float[] vector = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
        return vector;
    }

    private static float[] numbers(JsonArray numbers) {
        float[] vector = new float[numbers.size()];
        for (int i = 0; i < vector.length; i++) {
            if (!(numbers.get(i) instanceof Number number)) {
                throw ProviderException.malformed("the embedding endpoint answered a vector with something other than "
                        + "numbers");
            }
            vector[i] = number.floatValue();
        }
        return vector;
    }

    private static void checkDimensions(float[][] vectors, OptionalInt configured) {
        int dimensions = configured.orElse(vectors[0].length);
        int[] lengths = Arrays.stream(vectors).mapToInt(v -> v.length).filter(n -> n != dimensions).toArray();
        if (lengths.length > 0) {
            throw ProviderException.malformed("the embedding endpoint answered a vector of " + lengths[0]
                    + " dimensions, " + (configured.isPresent() ? "the provider is configured for " : "another has ")
                    + dimensions);
        }
    }
}
