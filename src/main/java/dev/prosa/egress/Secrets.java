package dev.prosa.egress;

import dev.prosa.egress.EgressException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * API keys of the platform's endpoints, one a file in a directory that only the server's user reads. A configuration names the file; the key itself
 * is in no table, no setting and no message. Immutable and thread-safe; a file is read at each call, so a key may be
 * replaced at any time.
 */
public final class Secrets {

    /** The system property that names the directory. */
    public static final String DIRECTORY_PROPERTY = "prosa.secrets.dir";
    /** The environment variable that names the directory where the property does not. */
    public static final String DIRECTORY_VARIABLE = "PROSA_SECRETS_DIR";
    /** The directory where neither says. */
    public static final String DEFAULT_DIRECTORY = "/etc/prosa/secrets";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]+");
    private static final int MAX_BYTES = 8 * 1024;

    /** Asked at each reading: inside PL/Java only a call that needs a key needs the right to ask for the directory. */
    private final Supplier<Path> directory;

    /** The keys in a directory. */
    public Secrets(Path directory) {
        this(() -> directory);
        Objects.requireNonNull(directory, "directory");
    }

    private Secrets(Supplier<Path> directory) {
        this.directory = directory;
    }

    /**
     * The keys in the directory that the system property {@value #DIRECTORY_PROPERTY} names, else the environment
     * variable {@value #DIRECTORY_VARIABLE}, else {@value #DEFAULT_DIRECTORY}.
     */
    public static Secrets standard() {
        return new Secrets(Secrets::standardDirectory);
    }

    private static Path standardDirectory() {
        String directory = System.getProperty(DIRECTORY_PROPERTY);
        if (directory == null) {
            directory = System.getenv(DIRECTORY_VARIABLE);
        }
        return Path.of(directory == null || directory.isBlank() ? DEFAULT_DIRECTORY : directory);
    }

    /** Whether a text may name a secret: 1 to 64 letters, digits, {@code _} or {@code -}, so never a path. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Whether a text may be sent as a key: one word of printable ASCII characters. */
    public static boolean isKey(String text) {
        return KEY.matcher(text).matches();
    }

    /**
     * Reads a key.
     *
     * @param name the name of its file
     * @return the file's content without white space around it
     * @throws EgressException {@link Reason#SECRET} when the file is missing, unreadable or holds no usable key;
     *                         {@link Reason#DENIED} when the security policy forbids to read it
     */
    public String read(String name) {
        if (!isName(name)) {
            throw new EgressException(Reason.SECRET,
                    "a secret's name must be 1 to 64 letters, digits, '_' or '-'");
        }
        try {
            Path file = directory.get().resolve(name);
            return key(name, file);
        } catch (SecurityException e) {
            throw new EgressException(Reason.DENIED, "the Java policy does not allow reading the secret \"" + name
                    + "\" (" + e.getMessage() + "): name prosa.policy in pljava.policy_urls, and grant the directory "
                    + "there if it is not " + DEFAULT_DIRECTORY, e);
        }
    }

    private static String key(String name, Path file) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw new EgressException(Reason.SECRET, "there is no secret \"" + name + "\": put the key into " + file, e);
        } catch (IOException e) {
            throw new EgressException(Reason.SECRET, "the secret \"" + name + "\" cannot be read from " + file
                    + ": let the server's user read it", e);
        }
        String key = new String(bytes, StandardCharsets.UTF_8).strip();
        if (bytes.length > MAX_BYTES || !isKey(key)) {
            throw new EgressException(Reason.SECRET, "the secret \"" + name + "\" in " + file
                    + " is not a key: one word of printable ASCII characters is needed");
        }
        return key;
    }

    /** Says nothing: what this is able to read is nobody's business. */
    @Override
    public String toString() {
        return "Secrets";
    }
}
