package dev.prosa.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line without a database. */
class CommandLineTest {

    @Test
    void showsItsVersionWhichIsTheExtensions() throws IOException {
        CommandRun run = CommandRun.of("--version");
        assertEquals(0, run.exitCode());
        assertEquals("prosa " + Version.NUMBER, run.out().strip());
        Matcher control = Pattern.compile("default_version = '([^']*)'").matcher(Files.readString(Path.of("prosa.control")));
        assertTrue(control.find());
        assertEquals(control.group(1), Version.NUMBER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "serve --help", "worker --help", "tenant --help", "tenant create --help", "tenant list -h",
        "inbox --help", "inbox create --help", "key create --help",
        "keys --help", "keys init --help", "keys add --help", "seal --help", "secret --help", "secret set --help", "secret list --help",
        "secret delete --help", "provider set --help"})
    void explainsEveryCommand(String arguments) {
        CommandRun run = CommandRun.of(arguments.split(" "));
        assertEquals(0, run.exitCode());
        assertTrue(run.out().startsWith("Usage: prosa"), run.out());
        assertFalse(run.out().contains("null"), run.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "tenant", "tenant create", "tenant create --nmae x", "inbox create --name x", "key create --tenant x --name y --scope root",
        "key create --tenant x --name y --scope webhook", "worker --batch-size many", "worker --batch-size 0", "worker --poll-min 5",
        "tenant create --name x --settings [1]", "tenant create --name x --settings {", "serve --port eighty", "keys", "keys init", "secret", "secret set --tenant x", "provider set"})
    void answersWrongUsageWithTwo(String arguments) {
        CommandRun run = CommandRun.of(arguments.isEmpty() ? new String[0] : arguments.split(" "));
        assertEquals(2, run.exitCode(), run.err());
        assertTrue(run.err().startsWith("prosa: "), run.err());
        assertTrue(run.err().contains("--help"), run.err());
        assertFalse(run.err().contains("\tat "), run.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"tenant list", "worker --once"})
    void saysWhatToDoWhenThereIsNoServer(String arguments) {
        CommandRun run = CommandRun.of((arguments + " --url jdbc:postgresql://127.0.0.1:9/none --user nobody").split(" "));
        assertEquals(1, run.exitCode());
        assertTrue(run.err().contains("cannot connect to jdbc:postgresql://127.0.0.1:9/none as nobody"), run.err());
        assertTrue(run.err().contains("PGHOST"), run.err());
        assertFalse(run.err().contains("\tat "), run.err());
    }

    @Test
    void refusesAnAddressThatIsNotPostgresql() {
        CommandRun run = CommandRun.of("tenant", "list", "--url", "postgres://localhost/x");
        assertEquals(1, run.exitCode());
        assertTrue(run.err().contains("jdbc:postgresql://HOST:PORT/DATABASE"), run.err());
    }

    @Test
    void readsTheUsualVariables() {
        ConnectionSettings settings = ConnectionSettings.of(Optional.empty(), Optional.empty(), "prosa_gateway",
                Map.of("PGHOST", "db.example", "PGPORT", "5433", "PGDATABASE", "my db", "PGPASSWORD", "se cret", "PGSSLMODE", "verify-full"));
        assertEquals("jdbc:postgresql://db.example:5433/my%20db", settings.url());
        assertEquals("prosa_gateway", settings.user());
        assertFalse(settings.toString().contains("se cret"));
        var properties = settings.properties("test", Duration.ofSeconds(15));
        assertEquals("se cret", properties.get("password"));
        assertEquals("verify-full", properties.get("sslmode"));
        assertEquals("-c statement_timeout=15000", properties.get("options"));
        assertEquals("jdbc:postgresql://[::1]:5432/prosa",
                ConnectionSettings.of(Optional.empty(), Optional.empty(), "x", Map.of("PGHOST", "::1")).url());
    }

    @Test
    void saysThatItNeedsTcp() {
        CommandFailedException e = assertThrows(CommandFailedException.class, () ->
                ConnectionSettings.of(Optional.empty(), Optional.empty(), "x", Map.of("PGHOST", "/var/run/postgresql")));
        assertTrue(e.getMessage().contains("PGHOST=127.0.0.1"), e.getMessage());
    }

    @Test
    void keepsCredentialsOfAnAddressToItself() {
        assertEquals("jdbc:postgresql://h:5432/d as u", new ConnectionSettings(
                "jdbc:postgresql://u:pw@h:5432/d?password=pw&ssl=true", "u", Optional.empty(), Map.of()).describe());
    }

    @ParameterizedTest
    @ValueSource(strings = {"50ms", "5s", "2m", "1h"})
    void readsDurations(String text) {
        assertEquals(Map.of("50ms", Duration.ofMillis(50), "5s", Duration.ofSeconds(5), "2m", Duration.ofMinutes(2),
                "1h", Duration.ofHours(1)).get(text), new DurationConverter().convert(text));
    }
}
