package dev.prosa.local;

import java.util.Locale;

import dev.langchain4j.model.embedding.onnx.PoolingMode;

/** How a model's token vectors become one sentence vector; a property of how the model was trained. */
public enum Pooling {

    /** The mean of all token vectors, as most sentence-transformers models. */
    MEAN(PoolingMode.MEAN),

    /** The vector of the first token, as the bge models. */
    CLS(PoolingMode.CLS);

    private final PoolingMode mode;

    Pooling(PoolingMode mode) {
        this.mode = mode;
    }

    PoolingMode mode() {
        return mode;
    }

    /**
     * Reads a setting.
     *
     * @param text {@code mean} or {@code cls}, in any case
     * @return the pooling of that name
     * @throws IllegalArgumentException when the text is neither
     */
    public static Pooling parse(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "mean" -> MEAN;
            case "cls" -> CLS;
            default -> throw new IllegalArgumentException(
                    "unknown pooling \"%s\": PROSA_MODEL_POOLING is mean or cls".formatted(text));
        };
    }
}
