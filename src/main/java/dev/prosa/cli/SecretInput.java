package dev.prosa.cli;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import picocli.CommandLine.Option;

/** Where a command reads a secret from: never an argument, which other users could see. */
final class SecretInput {

    private static final int MAX_BYTES = 8192;

    @Option(names = "--file", paramLabel = "FILE", description = "Read the secret from a file; default: standard input.")
    private Path file;

    /** The secret, one line, without the newline at its end. */
    String read() {
        return checked(bytes());
    }

    /** As {@link #read}, only if a file is named or something else than a terminal is standard input. */
    Optional<String> readIfGiven(boolean isStandardInput) {
        return file != null || isStandardInput ? Optional.of(read()) : Optional.empty();
    }

    private byte[] bytes() {
        Console console = System.console();
        if (file == null && console != null) {
            return new String(console.readPassword("Secret: ")).getBytes(StandardCharsets.UTF_8);
        }
        try (InputStream in = file == null ? System.in : Files.newInputStream(file)) {
            return in.readNBytes(MAX_BYTES + 3);
        } catch (IOException e) {
            throw new CommandFailedException("the secret cannot be read: " + e);
        }
    }

    private static String checked(byte[] bytes) {
        String secret;
        try {
            secret = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString().replaceFirst("\\r?\\n$", "");
        } catch (CharacterCodingException e) {
            throw new CommandFailedException("the secret is not UTF-8");
        }
        int length = secret.getBytes(StandardCharsets.UTF_8).length;
        if (length < 1 || length > MAX_BYTES || secret.chars().anyMatch(c -> c == '\n' || c == '\r' || c == 0)) {
            throw new CommandFailedException("a secret is one line of 1 to %d bytes".formatted(MAX_BYTES));
        }
        return secret;
    }

    /** The secret with a first line that says for whom it is, so that the sealed text is of no use for another. */
    static String addressed(String secret, String tenant, String name) {
        return "prosa-secret %s %s\n%s".formatted(tenant, name, secret);
    }
}
