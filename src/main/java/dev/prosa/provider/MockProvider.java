package dev.prosa.provider;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Deterministic answers without any endpoint, for demonstrations and tests. An answer quotes the best retrieved context
 * that the prompt holds and repeats the question; an embedding is the sum of one pseudo-random vector a word, so texts
 * that share words are near each other, which is not to say that they mean the same. Immutable and thread-safe.
 */
public final class MockProvider implements Provider {

    private static final int DEFAULT_DIMENSIONS = 384;
    private static final int QUOTED_LINES = 2;
    private static final String CONTEXT_MARK = "- ";

    private final ProviderConfig config;

    /** A mock with the model name and dimensions of a configuration. */
    public MockProvider(ProviderConfig config) {
        this.config = Objects.requireNonNull(config, "config");
    }

    @Override
    public Embeddings embed(List<String> inputs, CallOptions options) {
        if (inputs.isEmpty()) {
            throw ProviderException.invalid("there is no text to embed");
        }
        int dimensions = config.dimensions().orElse(DEFAULT_DIMENSIONS);
        List<float[]> vectors = inputs.stream().map(input -> embed(input, dimensions)).toList();
        return new Embeddings(config.model(), vectors, Tokens.estimate(inputs), true);
    }

    @Override
    public ChatAnswer chat(ChatRequest request, CallOptions options) {
        List<String> context = new ArrayList<>();
        String question = "";
        for (ChatMessage message : request.messages()) {
            if (message.role().equals("system")) {
                message.content().lines().map(String::strip)
                        .filter(line -> line.startsWith(CONTEXT_MARK))
                        .map(line -> line.substring(CONTEXT_MARK.length()).strip())
                        .forEach(context::add);
            } else if (message.role().equals("user")) {
                question = message.content().strip();
            }
        }
        StringBuilder content = new StringBuilder("[mock]");
        context.stream().limit(QUOTED_LINES).forEach(line -> content.append(" “").append(line).append('”'));
        content.append(" ← ").append(question);
        String text = content.toString();
        long input = Tokens.estimate(request.messages().stream().map(ChatMessage::content).toList());
        return new ChatAnswer(text, Optional.empty(), "stop", request.model().orElse(config.model()), input,
                Tokens.estimate(List.of(text)), 0, true);
    }

    private static float[] embed(String input, int dimensions) {
        double[] sum = new double[dimensions];
        String[] words = input.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+");
        // A text of punctuation alone has no words, and still needs a vector that is not zero.
        for (String word : words.length == 0 ? new String[] {""} : words) {
            SplittableRandom random = new SplittableRandom(hash(word));
            for (int i = 0; i < dimensions; i++) {
                sum[i] += random.nextDouble() - 0.5;
            }
        }
        double norm = 0;
        for (double value : sum) {
            norm += value * value;
        }
        double length = Math.sqrt(norm);
        float[] vector = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) (sum[i] / length);
        }
        return vector;
    }

    /** FNV-1a, 64 bits: {@code String.hashCode} collides for short words. */
    private static long hash(String word) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < word.length(); i++) {
            hash = (hash ^ word.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }
}
