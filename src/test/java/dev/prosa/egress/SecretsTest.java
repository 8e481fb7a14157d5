package dev.prosa.egress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.prosa.egress.EgressException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Secrets")
class SecretsTest {

    @TempDir
    Path directory;

    @Test
    void areReadTrimmedAndAnewEachTime() throws IOException {
        Secrets secrets = new Secrets(directory);
        Files.writeString(directory.resolve("key-1"), "  sk-one\n");
        assertEquals("sk-one", secrets.read("key-1"));
        Files.writeString(directory.resolve("key-1"), "sk-two");
        assertEquals("sk-two", secrets.read("key-1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "../x", "a/b", "a.b", "a b", "é",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
    void haveNamesThatAreNoPaths(String name) {
        assertFalse(Secrets.isName(name));
        assertEquals(Reason.SECRET,
                assertThrows(EgressException.class, () -> new Secrets(directory).read(name)).reason());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n", "two words", "line\nline", "chave-ção"})
    void thatAreNoKeysAreRefusedWithoutBeingRepeated(String content) throws IOException {
        Files.writeString(directory.resolve("key"), content);
        EgressException e = assertThrows(EgressException.class, () -> new Secrets(directory).read("key"));
        assertEquals(Reason.SECRET, e.reason());
        assertTrue(content.isBlank() || !e.toString().contains(content));
    }

    @Test
    void thatAreMissingAreNamed() {
        EgressException e = assertThrows(EgressException.class, () -> new Secrets(directory).read("nokey"));
        assertTrue(e.getMessage().contains("nokey"), e.getMessage());
    }

    @Test
    void areNotReadFromHugeFiles() throws IOException {
        Files.writeString(directory.resolve("key"), "x".repeat(9000));
        assertThrows(EgressException.class, () -> new Secrets(directory).read("key"));
    }

    @Test
    void comeFromTheDirectoryThatThePropertyNames() throws IOException {
        Files.writeString(directory.resolve("key"), "sk-three");
        System.setProperty(Secrets.DIRECTORY_PROPERTY, directory.toString());
        try {
            assertEquals("sk-three", Secrets.standard().read("key"));
        } finally {
            System.clearProperty(Secrets.DIRECTORY_PROPERTY);
        }
    }
}
