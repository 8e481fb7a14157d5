package dev.prosa.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Keeps the tokenizer's native library from reaching the network and from a directory that others can write. */
final class NativeLibraries {

    private static final String OFFLINE = "ai.djl.offline";
    private static final String CACHE = "ENGINE_CACHE_DIR";

    private NativeLibraries() {
    }

    /** To be called before the first class of the tokenizer is loaded. */
    static synchronized void prepare() {
        if (System.getProperty(OFFLINE) == null) {
            // else the library reports its use to its makers, through the cloud's metadata address
            System.setProperty(OFFLINE, "true");
        }
        boolean isChosen = System.getenv(CACHE) != null || System.getenv("DJL_CACHE_DIR") != null
                || System.getProperty(CACHE) != null;
        if (!isChosen && !Files.isWritable(Path.of(System.getProperty("user.home")))) {
            // a service account without a home: the library would unpack into a fixed name under /tmp
            try {
                Path directory = Files.createTempDirectory("prosa-tokenizer");
                directory.toFile().deleteOnExit();
                System.setProperty(CACHE, directory.toString());
            } catch (IOException e) {
                throw new UncheckedIOException("no directory to unpack the tokenizer's library into", e);
            }
        }
    }
}
