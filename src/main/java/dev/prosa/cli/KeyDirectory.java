package dev.prosa.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;

/** The directory that holds the server's keys. Nothing in it is ever overwritten. */
final class KeyDirectory {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String PRIVATE_KEY = "seal.sec.asc";
    private static final String PUBLIC_KEY = "seal.pub.asc";
    private static final int MASTER_KEY_BYTES = 32;
    private static final int KEY_ID_BYTES = 4;
    private static final Set<PosixFilePermission> OWNER = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private final Path directory;

    private KeyDirectory(Path directory) {
        this.directory = directory;
    }

    /**
     * The directory, made with mode 0700 where there is none.
     *
     * @throws CommandFailedException when it cannot be made, or others than its owner may enter it
     */
    static KeyDirectory create(Path directory) {
        return guarded(directory, () -> {
            if (!Files.exists(directory)) {
                Files.createDirectories(directory.getParent());
                Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNER));
            }
            return open(directory);
        });
    }

    /**
     * A directory that is there.
     *
     * @throws CommandFailedException when it is not, or others than its owner may enter it
     */
    static KeyDirectory open(Path directory) {
        return guarded(directory, () -> {
            if (!Files.isDirectory(directory)) {
                throw new CommandFailedException("%s is no directory".formatted(directory), "Make it with: prosa keys init " + directory);
            }
            if (!OWNER.containsAll(Files.getPosixFilePermissions(directory))) {
                throw new CommandFailedException("%s is open to others than its owner".formatted(directory), "chmod 700 " + directory);
            }
            return new KeyDirectory(directory);
        });
    }

    /** Makes what is missing of a master key and the pair that secrets are sealed with; false when nothing is. */
    boolean complete() {
        return guarded(directory, () -> {
            boolean isNew = !hasMasterKey();
            if (isNew) {
                addMasterKey();
            }
            boolean hasPrivate = Files.exists(directory.resolve(PRIVATE_KEY));
            if (hasPrivate != Files.exists(directory.resolve(PUBLIC_KEY))) {
                throw new CommandFailedException("%s has one half of the sealing pair only".formatted(directory),
                        "Restore the other from a backup, or move this one away and run the command again.");
            }
            if (!hasPrivate) {
                Seal.Pair pair = Seal.newPair();
                write(PRIVATE_KEY, pair.privateKey());
                write(PUBLIC_KEY, pair.publicKey());
            }
            return isNew || !hasPrivate;
        });
    }

    private boolean hasMasterKey() throws IOException {
        try (DirectoryStream<Path> keys = Files.newDirectoryStream(directory, "master-????????.key")) {
            return keys.iterator().hasNext();
        }
    }

    /** Makes a master key, for rotate_master_key() to take up, and returns its file's name. */
    String addMasterKey() {
        byte[] id = new byte[KEY_ID_BYTES];
        byte[] key = new byte[MASTER_KEY_BYTES];
        RANDOM.nextBytes(id);
        RANDOM.nextBytes(key);
        String name = "master-%s.key".formatted(HexFormat.of().formatHex(id));
        return guarded(directory, () -> {
            write(name, Base64.getEncoder().encodeToString(key) + "\n");
            return name;
        });
    }

    private void write(String name, String content) throws IOException {
        Path file = Files.createFile(directory.resolve(name), PosixFilePermissions.asFileAttribute(
                EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE)));
        Files.writeString(file, content, StandardCharsets.US_ASCII, StandardOpenOption.WRITE);
    }

    @FunctionalInterface
    private interface Work<T> {
        T run() throws IOException;
    }

    private static <T> T guarded(Path directory, Work<T> work) {
        try {
            return work.run();
        } catch (FileAlreadyExistsException e) {
            throw new CommandFailedException("%s is there already and is not overwritten".formatted(e.getMessage()));
        } catch (IOException e) {
            throw new CommandFailedException("the key directory %s cannot be used: %s".formatted(directory, e),
                    "Run this as the user that the server runs as, such as: sudo -u postgres prosa keys …");
        }
    }
}
