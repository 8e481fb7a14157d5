package dev.prosa.local;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.onnx.AbstractInProcessEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.OnnxBertBiEncoder;
import dev.langchain4j.model.embedding.onnx.PoolingMode;
import dev.langchain4j.model.embedding.onnx.bgesmallenv15q.BgeSmallEnV15QuantizedEmbeddingModel;
import dev.langchain4j.model.output.Response;

/**
 * An ONNX sentence-embedding model in this process. Its vectors have length 1.
 *
 * <p>A run uses one ONNX thread, and at most as many texts run at a time as there are processors: the library's
 * defaults (as many ONNX threads as processors for every caller) gave two thirds of the throughput. The turns are
 * fair, so a query's single text does not wait for another request's batch to end.
 *
 * <p>Thread-safe.
 */
public final class LocalModel implements AutoCloseable {

    /**
     * Longest text taken, in characters. The model reads 512 tokens at a time and averages longer texts' parts;
     * this bounds what one request can cost.
     */
    public static final int MAX_CHARACTERS = 65_536;

    private final String name;
    private final int dimensions;
    private final int threads;
    private final Encoder encoder;
    private final OrtSession session;
    private final Semaphore turns;
    private final ExecutorService helpers;

    private LocalModel(String name, OrtSession session, Encoder encoder, int threads) {
        this.name = name;
        this.session = session;
        this.encoder = encoder;
        this.threads = threads;
        this.turns = new Semaphore(threads, true);
        this.helpers = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "prosa-embed");
            thread.setDaemon(true);
            return thread;
        });
        this.dimensions = encoder.run("dimensions").content().vector().length;
    }

    /**
     * The vectors of a request.
     *
     * @param vectors     one a text, in the order of the texts, each of length 1
     * @param inputTokens how many tokens the model read
     */
    public record Result(List<float[]> vectors, int inputTokens) {
    }

    /**
     * Loads a model, which takes about a second.
     *
     * @param source where it comes from
     * @return the model, ready to use; close it to give its native memory back
     * @throws ModelUnavailableException when the files are no sentence-embedding model
     */
    public static LocalModel load(ModelSource source) {
        return load(source, Runtime.getRuntime().availableProcessors());
    }

    static LocalModel load(ModelSource source, int threads) {
        NativeLibraries.prepare();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            OrtEnvironment environment = OrtEnvironment.getEnvironment();
            OrtSession session;
            byte[] tokenizer;
            PoolingMode pooling;
            if (source instanceof ModelSource.Directory directory) {
                session = environment.createSession(directory.model().toString(), options);
                tokenizer = Files.readAllBytes(directory.tokenizer());
                pooling = directory.pooling().mode();
            } else {
                session = environment.createSession(resource(source.name() + ".onnx"), options);
                tokenizer = resource(source.name() + "-tokenizer.json");
                pooling = PoolingMode.CLS;
            }
            Encoder encoder = new Encoder(
                    new OnnxBertBiEncoder(environment, session, new ByteArrayInputStream(tokenizer), pooling));
            return new LocalModel(source.name(), session, encoder, threads);
        } catch (OrtException | IOException | RuntimeException | LinkageError e) {
            throw new ModelUnavailableException("cannot load the embedding model %s: %s"
                    .formatted(source.name(), e.getMessage()), e);
        }
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream stream = BgeSmallEnV15QuantizedEmbeddingModel.class.getResourceAsStream("/" + name)) {
            if (stream == null) {
                throw new IOException("the file %s is missing from the class path".formatted(name));
            }
            return stream.readAllBytes();
        }
    }

    /** The name under which the model is served. */
    public String name() {
        return name;
    }

    /** How many numbers its vectors have. */
    public int dimensions() {
        return dimensions;
    }

    /**
     * Embeds texts.
     *
     * @param texts one or more, none blank and none longer than {@link #MAX_CHARACTERS}
     * @return their vectors
     * @throws UnusableTextException     when a text is blank, too long or has nothing that the model can read
     * @throws ModelUnavailableException when the model fails
     */
    public Result embed(List<String> texts) {
        for (int i = 0; i < texts.size(); i++) {
            check(i, texts.get(i));
        }
        Batch batch = new Batch(texts);
        List<Future<?>> others = new ArrayList<>();
        for (int i = 1; i < Math.min(threads, texts.size()); i++) {
            others.add(helpers.submit(batch));
        }
        try {
            batch.run();
        } finally {
            await(others);
        }
        return batch.result();
    }

    private static void check(int index, String text) {
        if (text.isBlank()) {
            throw new UnusableTextException(index, "is blank: there is nothing to embed");
        }
        if (text.length() > MAX_CHARACTERS) {
            throw new UnusableTextException(index, "has %d characters, more than the %d this model takes"
                    .formatted(text.length(), MAX_CHARACTERS));
        }
    }

    private static void await(List<Future<?>> others) {
        for (Future<?> other : others) {
            try {
                other.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ModelUnavailableException("interrupted while embedding", e);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException failure) {
                    throw failure;
                }
                throw new ModelUnavailableException("the embedding model failed", e.getCause());
            }
        }
    }

    /** Frees the model's native memory; a call that is running is waited for. */
    @Override
    public void close() {
        helpers.shutdown();
        turns.acquireUninterruptibly(threads);
        try {
            session.close();
        } catch (OrtException e) {
            throw new UncheckedIOException(new IOException("cannot close the embedding model", e));
        }
    }

    /** One request's texts, taken one by one by the threads that work on it. */
    private final class Batch implements Runnable {

        private final List<String> texts;
        private final float[][] vectors;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger tokens = new AtomicInteger();
        private final AtomicBoolean isFailed = new AtomicBoolean();

        Batch(List<String> texts) {
            this.texts = texts;
            this.vectors = new float[texts.size()][];
        }

        @Override
        public void run() {
            for (int i = next.getAndIncrement(); i < vectors.length && !isFailed.get(); i = next.getAndIncrement()) {
                turns.acquireUninterruptibly();
                try {
                    Response<Embedding> answer = encoder.run(texts.get(i));
                    vectors[i] = answer.content().vector();
                    tokens.addAndGet(answer.tokenUsage().inputTokenCount());
                } catch (IllegalArgumentException e) {
                    // the library's way of saying that the tokenizer found no token in the text
                    isFailed.set(true);
                    throw new UnusableTextException(i, "has nothing that the model can read");
                } catch (RuntimeException e) {
                    isFailed.set(true);
                    throw new ModelUnavailableException("the embedding model failed", e);
                } finally {
                    turns.release();
                }
            }
        }

        Result result() {
            return new Result(List.of(vectors), tokens.get());
        }
    }

    /** The library's model over a session of our own; one text at a time it runs in the caller's thread. */
    private static final class Encoder extends AbstractInProcessEmbeddingModel {

        private final OnnxBertBiEncoder encoder;

        Encoder(OnnxBertBiEncoder encoder) {
            super(Runnable::run);
            this.encoder = encoder;
        }

        @Override
        protected OnnxBertBiEncoder model() {
            return encoder;
        }

        Response<Embedding> run(String text) {
            return embed(TextSegment.from(text));
        }
    }
}
