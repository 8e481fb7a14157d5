package dev.prosa.provider;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * Strict reading of JSON: what is absent or null is empty, what has another type than asked for is an error. Internal
 * to the jar that goes into the database, which has one small parser only.
 */
public final class Json {

    private Json() {
    }

    /**
     * Parses an object.
     *
     * @param text     the JSON text; white space, and blank lines, around it are fine
     * @param orElseThrow the exception for anything but one JSON object
     */
    public static JsonObject object(String text, Supplier<ProviderException> orElseThrow) {
        try {
            return JsonParser.object().from(text);
        } catch (JsonParserException | StackOverflowError e) {
            // The parser recurses: text nested thousands of levels deep ends its stack, not ours.
            ProviderException failure = orElseThrow.get();
            failure.addSuppressed(e);
            throw failure;
        }
    }

    /** The text at a key; empty when absent or null. */
    public static Optional<String> string(JsonObject json, String key) {
        Object value = json.get(key);
        if (value == null || value instanceof String) {
            return Optional.ofNullable((String) value);
        }
        throw wrongType(key, "a string");
    }

    /** The whole number at a key, within a range; empty when absent or null. */
    public static OptionalInt integer(JsonObject json, String key, int min, int max) {
        Object value = json.get(key);
        if (value == null) {
            return OptionalInt.empty();
        }
        double number = value instanceof Number n ? n.doubleValue() : Double.NaN;
        if (number >= min && number <= max && number == Math.rint(number)) {
            return OptionalInt.of((int) number);
        }
        throw wrongType(key, "a whole number from " + min + " to " + max);
    }

    /** The number at a key, within a range; empty when absent or null. */
    public static OptionalDouble decimal(JsonObject json, String key, double min, double max) {
        Object value = json.get(key);
        if (value == null) {
            return OptionalDouble.empty();
        }
        double number = value instanceof Number n ? n.doubleValue() : Double.NaN;
        if (number >= min && number <= max) {
            return OptionalDouble.of(number);
        }
        throw wrongType(key, "a number from " + min + " to " + max);
    }

    /** The object at a key; empty when absent or null. */
    public static Optional<JsonObject> object(JsonObject json, String key) {
        Object value = json.get(key);
        if (value == null || value instanceof JsonObject) {
            return Optional.ofNullable((JsonObject) value);
        }
        throw wrongType(key, "an object");
    }

    /** The array at a key; empty when absent or null. */
    public static Optional<JsonArray> array(JsonObject json, String key) {
        Object value = json.get(key);
        if (value == null || value instanceof JsonArray) {
            return Optional.ofNullable((JsonArray) value);
        }
        throw wrongType(key, "an array");
    }

    private static ProviderException wrongType(String key, String expected) {
        return ProviderException.invalid("\"" + key + "\" must be " + expected);
    }
}
