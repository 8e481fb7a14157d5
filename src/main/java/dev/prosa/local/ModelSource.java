package dev.prosa.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Where the in-process model comes from. */
public sealed interface ModelSource {

    /** The model's name, as requests to {@code /v1/embeddings} and provider configurations give it. */
    String name();

    /** The English model that the distribution carries: 384 dimensions, 25 MB. */
    record Bundled() implements ModelSource {

        /** Name of the bundled model. */
        public static final String NAME = "bge-small-en-v1.5-q";

        @Override
        public String name() {
            return NAME;
        }
    }

    /**
     * A model of the operator's own.
     *
     * @param directory holds {@code model.onnx} and {@code tokenizer.json}
     * @param pooling   how the model pools
     * @param name      the name to serve it under
     */
    record Directory(Path directory, Pooling pooling, String name) implements ModelSource {

        Path model() {
            return directory.resolve("model.onnx");
        }

        Path tokenizer() {
            return directory.resolve("tokenizer.json");
        }
    }

    /**
     * Reads {@code PROSA_LOCAL_MODEL} (off: none), {@code PROSA_MODEL_DIR}, {@code PROSA_MODEL_POOLING} (default
     * mean) and {@code PROSA_MODEL_NAME} (default: the directory's name).
     *
     * @param environment the process's environment variables
     * @return the model to load; empty when the operator wants none
     * @throws IllegalArgumentException when a setting is wrong or the directory lacks one of the two files
     */
    static Optional<ModelSource> fromEnvironment(Map<String, String> environment) {
        if (environment.getOrDefault("PROSA_LOCAL_MODEL", "").equalsIgnoreCase("off")) {
            return Optional.empty();
        }
        String directory = environment.getOrDefault("PROSA_MODEL_DIR", "");
        if (directory.isBlank()) {
            return Optional.of(new Bundled());
        }
        Path path = Path.of(directory).toAbsolutePath().normalize();
        Pooling pooling = Pooling.parse(environment.getOrDefault("PROSA_MODEL_POOLING", "mean"));
        String name = environment.getOrDefault("PROSA_MODEL_NAME", "");
        Directory source = new Directory(path, pooling, name.isBlank() ? String.valueOf(path.getFileName()) : name);
        for (Path file : new Path[] {source.model(), source.tokenizer()}) {
            if (!Files.isReadable(file)) {
                throw new IllegalArgumentException("PROSA_MODEL_DIR is %s, but %s is not a readable file there"
                        .formatted(path, file.getFileName()));
            }
        }
        return Optional.of(source);
    }
}
