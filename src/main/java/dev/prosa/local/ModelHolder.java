package dev.prosa.local;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the model in the background, so that a gateway listens at once and the first request finds it ready, or
 * waits the second that is left. Thread-safe.
 */
public final class ModelHolder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ModelHolder.class);

    /** How far the loading has come. */
    public enum State {
        /** Not asked for, or on its way. */
        LOADING,
        /** Ready to embed. */
        READY,
        /** It could not be loaded; the log says why. */
        FAILED
    }

    private final ModelSource source;
    private CompletableFuture<LocalModel> loading;

    /**
     * Holds a model that is loaded when {@link #start()} or {@link #get()} is first called.
     *
     * @param source where it comes from
     */
    public ModelHolder(ModelSource source) {
        this.source = source;
    }

    /** The name under which the model is served, known before it is loaded. */
    public String name() {
        return source.name();
    }

    /** Begins to load, if nobody has; returns at once. */
    public synchronized void start() {
        if (loading == null) {
            CompletableFuture<LocalModel> future = new CompletableFuture<>();
            loading = future;
            Thread thread = new Thread(() -> load(future), "prosa-model-load");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void load(CompletableFuture<LocalModel> future) {
        try {
            LocalModel model = LocalModel.load(source);
            LOG.info("embedding model {} ready, {} dimensions", model.name(), model.dimensions());
            future.complete(model);
        } catch (RuntimeException | Error e) {
            LOG.error("embedding model {} cannot be loaded", source.name(), e);
            future.completeExceptionally(e);
        }
    }

    /**
     * The model, waiting for it where it is still loading.
     *
     * @return the model
     * @throws ModelUnavailableException when it could not be loaded
     */
    public LocalModel get() {
        start();
        try {
            return current().join();
        } catch (CompletionException e) {
            throw new ModelUnavailableException("the embedding model %s could not be loaded: see the log of the gateway"
                    .formatted(source.name()), e.getCause());
        }
    }

    /** How far the loading has come. */
    public synchronized State state() {
        if (loading == null || !loading.isDone()) {
            return State.LOADING;
        }
        return loading.isCompletedExceptionally() ? State.FAILED : State.READY;
    }

    private synchronized CompletableFuture<LocalModel> current() {
        return loading;
    }

    @Override
    public void close() {
        if (state() == State.READY) {
            current().join().close();
        }
    }
}
