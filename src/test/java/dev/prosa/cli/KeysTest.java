package dev.prosa.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.openpgp.PGPEncryptedDataList;
import org.bouncycastle.openpgp.PGPLiteralData;
import org.bouncycastle.openpgp.PGPPublicKeyEncryptedData;
import org.bouncycastle.openpgp.PGPSecretKeyRing;
import org.bouncycastle.openpgp.PGPUtil;
import org.bouncycastle.openpgp.bc.BcPGPObjectFactory;
import org.bouncycastle.openpgp.bc.BcPGPSecretKeyRing;
import org.bouncycastle.openpgp.operator.bc.BcPublicKeyDataDecryptorFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server's keys, and what is sealed to them. */
class KeysTest {

    /** A directory that was made once: RSA takes its time. */
    @TempDir
    static Path made;

    private static CommandRun making;

    @TempDir
    Path home;

    @BeforeAll
    static void make() {
        making = CommandRun.of("keys", "init", made.resolve("keys").toString());
    }

    /** A copy of it. */
    private void copy() throws IOException {
        Files.createDirectory(home.resolve("keys"), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try (Stream<Path> files = Files.list(made.resolve("keys"))) {
            for (Path file : files.toList()) {
                Files.copy(file, home.resolve("keys").resolve(file.getFileName()));
            }
        }
    }

    private CommandRun init() {
        return CommandRun.of("keys", "init", home.resolve("keys").toString());
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("keys"))) {
            return files.map(file -> file.getFileName().toString().replaceFirst("-[0-9a-f]{8}\\.", "-ID.")).sorted().toList();
        }
    }

    private Path masterKey() throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("keys"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("master-")).findFirst().orElseThrow();
        }
    }

    @Test
    void areForTheirOwnerOnly() throws IOException {
        copy();
        CommandRun run = making;
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.out().contains("set_key_directory('" + made.resolve("keys") + "')"), run.out());
        assertEquals(List.of("master-ID.key", "seal.pub.asc", "seal.sec.asc"), files());
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(made.resolve("keys"))));
        try (Stream<Path> files = Files.list(made.resolve("keys"))) {
            for (Path file : files.toList()) {
                assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)), file.toString());
            }
        }
        assertEquals(32, Base64.getDecoder().decode(Files.readString(masterKey()).strip()).length);
        assertFalse(run.out().contains(Files.readString(masterKey()).strip()), "and are not shown");
    }

    @Test
    void areNeverOverwritten() throws IOException {
        copy();
        String master = Files.readString(masterKey());
        String seal = Files.readString(home.resolve("keys/seal.sec.asc"));
        CommandRun again = init();
        assertEquals(0, again.exitCode(), again.err());
        assertTrue(again.out().startsWith("keys are in "), again.out());
        assertEquals(master, Files.readString(masterKey()));
        assertEquals(seal, Files.readString(home.resolve("keys/seal.sec.asc")));
        assertEquals(3, files().size());
    }

    @Test
    void mayBeAdded() throws IOException {
        copy();
        CommandRun run = CommandRun.of("keys", "add", home.resolve("keys").toString());
        assertEquals(0, run.exitCode(), run.err());
        assertEquals(List.of("master-ID.key", "master-ID.key", "seal.pub.asc", "seal.sec.asc"), files());
        assertTrue(run.out().contains("rotate_master_key()"), run.out());
    }

    @Test
    void areNotMadeWhereOthersRead() throws IOException {
        Files.createDirectory(home.resolve("keys"));
        Files.setPosixFilePermissions(home.resolve("keys"), PosixFilePermissions.fromString("rwxr-x---"));
        CommandRun run = init();
        assertEquals(1, run.exitCode());
        assertTrue(run.err().contains("chmod 700"), run.err());
        assertEquals(List.of(), files());
    }

    @Test
    void areAPairOrNone() throws IOException {
        copy();
        Files.delete(home.resolve("keys/seal.pub.asc"));
        CommandRun run = init();
        assertEquals(1, run.exitCode());
        assertTrue(run.err().contains("one half"), run.err());
        assertEquals(1, CommandRun.of("keys", "add", home.resolve("nowhere").toString()).exitCode());
    }

    @Test
    void openWhatIsSealed() throws Exception {
        Seal.Pair pair = new Seal.Pair(Files.readString(made.resolve("keys/seal.pub.asc")), Files.readString(made.resolve("keys/seal.sec.asc")));
        String secret = "sk-ação-0123456789";
        String sealed = Seal.seal(secret, pair.publicKey());
        assertTrue(sealed.startsWith("-----BEGIN PGP MESSAGE-----"), sealed);
        assertNotEquals(sealed, Seal.seal(secret, pair.publicKey()), "each time another");
        assertEquals(secret, open(sealed, pair.privateKey()));
    }

    /** As pgcrypto does, with the checks that what it is given is what pgcrypto knows. */
    private static String open(String sealed, String privateKey) throws Exception {
        PGPSecretKeyRing ring = new BcPGPSecretKeyRing(PGPUtil.getDecoderStream(bytes(privateKey)));
        PGPEncryptedDataList list = assertInstanceOf(PGPEncryptedDataList.class,
                new BcPGPObjectFactory(PGPUtil.getDecoderStream(bytes(sealed))).nextObject());
        PGPPublicKeyEncryptedData data = assertInstanceOf(PGPPublicKeyEncryptedData.class, list.get(0));
        assertNotEquals(ring.getPublicKey().getKeyID(), data.getKeyIdentifier().getKeyId(), "encrypted to the subkey");
        BcPublicKeyDataDecryptorFactory key = new BcPublicKeyDataDecryptorFactory(
                ring.getSecretKey(data.getKeyIdentifier().getKeyId()).extractPrivateKey(null));
        assertEquals(SymmetricKeyAlgorithmTags.AES_256, data.getSymmetricAlgorithm(key));
        PGPLiteralData literal = assertInstanceOf(PGPLiteralData.class, new BcPGPObjectFactory(data.getDataStream(key)).nextObject());
        String text = new String(literal.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(data.isIntegrityProtected() && data.verify(), "with a modification detection code");
        return text;
    }

    private static ByteArrayInputStream bytes(String armored) {
        return new ByteArrayInputStream(armored.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void sealFromTheCommandLine() throws Exception {
        copy();
        Path secret = Files.writeString(home.resolve("secret"), "sk-0123456789\n");
        Path key = home.resolve("keys/seal.pub.asc");
        CommandRun run = CommandRun.of("seal", "--key-file", key.toString(), "--file", secret.toString());
        assertEquals(0, run.exitCode(), run.err());
        String privateKey = Files.readString(home.resolve("keys/seal.sec.asc"));
        assertEquals("sk-0123456789", open(run.out(), privateKey));
        CommandRun addressed = CommandRun.of("seal", "--key-file", key.toString(), "--file", secret.toString(), "--tenant", "sorriso", "--name", "openai");
        assertEquals("prosa-secret sorriso openai\nsk-0123456789", open(addressed.out(), privateKey));
        assertEquals(2, CommandRun.of("seal", "--key-file", key.toString(), "--tenant", "sorriso").exitCode(), "both or none");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "sk-hush\nsk-hush", "sk-hush\0"})
    void sealOneLineOnly(String content) throws IOException {
        copy();
        CommandRun run = CommandRun.of("seal", "--key-file", home.resolve("keys/seal.pub.asc").toString(),
                "--file", Files.writeString(home.resolve("secret"), content).toString());
        assertEquals(1, run.exitCode());
        assertTrue(run.err().contains("one line of 1 to 8192 bytes"), run.err());
        assertFalse(run.err().contains("hush") || run.out().contains("BEGIN"), run.err());
    }

    @Test
    void sealWithAKeyOnly() throws IOException {
        copy();
        Path secret = Files.writeString(home.resolve("secret"), "sk-hush");
        for (Path key : List.of(secret, masterKey(), home.resolve("nowhere"))) {
            CommandRun run = CommandRun.of("seal", "--key-file", key.toString(), "--file", secret.toString());
            assertEquals(1, run.exitCode());
            assertFalse(run.err().contains("hush") || run.out().contains("BEGIN"), run.err());
        }
    }
}
