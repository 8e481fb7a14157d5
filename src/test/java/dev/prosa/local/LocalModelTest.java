package dev.prosa.local;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalModelTest {

    private static LocalModel model;

    @BeforeAll
    static void load() {
        model = LocalModel.load(new ModelSource.Bundled());
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void givesNormalisedVectorsOf384Dimensions() {
        LocalModel.Result result = model.embed(List.of("The package arrives on Tuesday.", "Good morning!"));
        assertEquals(384, model.dimensions());
        assertEquals(2, result.vectors().size());
        for (float[] vector : result.vectors()) {
            assertEquals(384, vector.length);
            assertEquals(1.0, dot(vector, vector), 1e-4);
        }
        assertTrue(result.inputTokens() > 8, "tokens: " + result.inputTokens());
    }

    @Test
    void ranksAParaphraseAboveAnUnrelatedSentence() {
        List<float[]> vectors = model.embed(List.of(
                "When will my order be delivered?",
                "What day does the parcel get here?",
                "The dentist closes at noon on Saturdays.")).vectors();
        assertTrue(dot(vectors.get(0), vectors.get(1)) > dot(vectors.get(0), vectors.get(2)) + 0.1);
    }

    @Test
    void keepsTheOrderOfALargeBatch() {
        List<String> texts = IntStream.range(0, 40).mapToObj(i -> "Sentence number " + i + " about topic " + i * 7).toList();
        List<float[]> together = model.embed(texts).vectors();
        for (int i : new int[] {0, 17, 39}) {
            assertArrayEquals(model.embed(List.of(texts.get(i))).vectors().get(0), together.get(i), 1e-6f);
        }
    }

    @Test
    void servesManyCallersAtOnce() throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(8);
        try {
            List<Future<Integer>> sizes = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                String text = "caller " + i;
                sizes.add(callers.submit(() -> model.embed(List.of(text, text + " again")).vectors().size()));
            }
            for (Future<Integer> size : sizes) {
                assertEquals(2, size.get());
            }
        } finally {
            callers.shutdown();
        }
    }

    @Test
    void namesTheTextThatIsBlank() {
        UnusableTextException e = assertThrows(UnusableTextException.class, () -> model.embed(List.of("fine", " \n ")));
        assertEquals(1, e.index());
        assertTrue(e.getMessage().contains("input 1 is blank"), e.getMessage());
    }

    @Test
    void refusesWhatIsTooLongAndTakesWhatIsBeyondTheModelsWindow() {
        assertThrows(UnusableTextException.class, () -> model.embed(List.of("x".repeat(LocalModel.MAX_CHARACTERS + 1))));
        float[] vector = model.embed(List.of("long words here ".repeat(600))).vectors().get(0);
        assertEquals(1.0, dot(vector, vector), 1e-4);
    }

    @Test
    void embedsWhatHasNoLetters() {
        for (String text : List.of("👍", "???", "\u200B.", "你好", "\u0007.")) {
            float[] vector = model.embed(List.of(text)).vectors().get(0);
            assertEquals(1.0, dot(vector, vector), 1e-4);
        }
        // the tokenizer drops replacement characters, and nothing is left
        assertThrows(UnusableTextException.class, () -> model.embed(List.of("\uFFFD")));
    }

    @Test
    void loadsAModelOfADirectory(@TempDir Path directory) throws IOException {
        copy("bge-small-en-v1.5-q.onnx", directory.resolve("model.onnx"));
        copy("bge-small-en-v1.5-q-tokenizer.json", directory.resolve("tokenizer.json"));
        ModelSource source = ModelSource.fromEnvironment(Map.of("PROSA_MODEL_DIR", directory.toString(),
                "PROSA_MODEL_POOLING", "cls", "PROSA_MODEL_NAME", "mine")).orElseThrow();
        try (LocalModel own = LocalModel.load(source)) {
            assertEquals("mine", own.name());
            assertArrayEquals(model.embed(List.of("the same text")).vectors().get(0),
                    own.embed(List.of("the same text")).vectors().get(0), 1e-6f);
        }
    }

    @Test
    void saysWhatIsWrongWithADirectory(@TempDir Path directory) throws IOException {
        IllegalArgumentException missing = assertThrows(IllegalArgumentException.class,
                () -> ModelSource.fromEnvironment(Map.of("PROSA_MODEL_DIR", directory.toString())));
        assertTrue(missing.getMessage().contains("model.onnx"), missing.getMessage());
        Files.writeString(directory.resolve("model.onnx"), "not a model");
        Files.writeString(directory.resolve("tokenizer.json"), "{}");
        ModelSource source = ModelSource.fromEnvironment(Map.of("PROSA_MODEL_DIR", directory.toString())).orElseThrow();
        assertThrows(ModelUnavailableException.class, () -> LocalModel.load(source));
        assertThrows(IllegalArgumentException.class, () -> Pooling.parse("max"));
    }

    @Test
    void isBundledUnlessTheOperatorSaysOtherwise() {
        assertEquals("bge-small-en-v1.5-q", ModelSource.fromEnvironment(Map.of()).orElseThrow().name());
        assertTrue(ModelSource.fromEnvironment(Map.of("PROSA_LOCAL_MODEL", "off")).isEmpty());
    }

    private static void copy(String resource, Path file) throws IOException {
        try (InputStream stream = LocalModelTest.class.getResourceAsStream("/" + resource)) {
            Files.copy(stream, file);
        }
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
