package dev.prosa.routine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.grack.nanojson.JsonParser;
import dev.prosa.egress.StubEndpoint;
import dev.prosa.egress.StubEndpoint.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The PL/Java routines")
class RoutinesTest {

    private static String provider(String origin) {
        return "\"provider\":{\"protocol\":\"openai\",\"base_url\":\"" + origin + "/v1\",\"model\":\"m\"}";
    }

    @Test
    void embed() throws Exception {
        try (StubEndpoint stub = StubEndpoint.replying(200, "{\"data\":[{\"embedding\":[0.5,-1]},{\"embedding\":[1,2]}],"
                + "\"usage\":{\"prompt_tokens\":4}}")) {
            assertEquals("{\"model\":\"m\",\"embeddings\":[\"[0.5,-1.0]\",\"[1.0,2.0]\"],\"input_tokens\":4,"
                    + "\"tokens_estimated\":false}",
                    Routines.embed("{" + provider(stub.origin()) + ",\"inputs\":[\"a\",\"b\"],\"timeout_ms\":9000,"
                            + "\"max_attempts\":1,\"retry_delay_ms\":0}"));
        }
    }

    @Test
    void chatComplete() throws Exception {
        try (StubEndpoint stub = StubEndpoint.replying(200, "{\"choices\":[{\"message\":{\"content\":\"oi\","
                + "\"tool_calls\":[{\"id\":\"1\"}]},\"finish_reason\":\"stop\"}],"
                + "\"usage\":{\"prompt_tokens\":4,\"completion_tokens\":1}}")) {
            assertEquals("{\"role\":\"assistant\",\"content\":\"oi\",\"tool_calls\":[{\"id\":\"1\"}],"
                    + "\"finish_reason\":\"stop\",\"model\":\"x\",\"usage\":{\"input_tokens\":4,\"output_tokens\":1,"
                    + "\"cached_tokens\":0,\"estimated\":false}}",
                    Routines.chatComplete("{" + provider(stub.origin()) + ",\"messages\":[{\"role\":\"user\","
                            + "\"content\":\"olá\"}],\"model\":\"x\",\"max_tokens\":null,\"temperature\":null}"));
            assertFalse(stub.requests().get(0).body().contains("max_tokens"));
        }
    }

    @Test
    void failWithTheSqlstateAndOneKnownPrefix() throws IOException {
        try (StubEndpoint stub = StubEndpoint.replying(Reply.of(429, "{\"error\":{\"message\":\"slow\"}}"))) {
            SQLException e = assertThrows(SQLException.class,
                    () -> Routines.embed("{" + provider(stub.origin()) + ",\"inputs\":[\"a\"],\"max_attempts\":1}"));
            assertEquals("53000", e.getSQLState());
            assertEquals("java.sql.SQLException: " + stub.origin() + " answered HTTP 429: slow", e.toString());
        }
    }

    @ParameterizedTest
    @CsvSource({"400,item,null", "401,endpoint,null", "429,endpoint,10000", "503,endpoint,10000", "500,unknown,null"})
    void reportWhoIsToBlame(int status, String fault, String pause) throws Exception {
        try (StubEndpoint stub = StubEndpoint.replying(Reply.of(status, "{\"error\":{\"message\":\"no\"}}"))) {
            assertEquals("{\"error\":{\"fault\":\"" + fault + "\",\"message\":\"" + stub.origin() + " answered HTTP " + status
                    + ": no\",\"retry_after_ms\":" + pause + "}}",
                    Routines.embed("{" + provider(stub.origin()) + ",\"inputs\":[\"a\"],\"max_attempts\":1,\"report\":true}"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "x", "[]", "{}",
        "{\"provider\":1,\"inputs\":[\"a\"]}",
        "{\"provider\":{\"protocol\":\"mock\",\"model\":\"m\"}}",
        "{\"provider\":{\"protocol\":\"mock\",\"model\":\"m\"},\"inputs\":\"a\"}",
        "{\"provider\":{\"protocol\":\"mock\",\"model\":\"m\"},\"inputs\":[]}",
        "{\"provider\":{\"protocol\":\"mock\",\"model\":\"m\"},\"inputs\":[null]}",
        "{\"provider\":{\"protocol\":\"mock\",\"model\":\"m\"},\"inputs\":[\"a\"],\"timeout_ms\":0}",
        "{\"provider\":{\"protocol\":\"mock\",\"model\":\"m\"},\"inputs\":[\"a\"],\"timeout_ms\":120001}",
        "{\"provider\":{\"protocol\":\"mock\",\"model\":\"m\"},\"inputs\":[\"a\"],\"max_attempts\":11}",
        "{\"provider\":{\"protocol\":\"mock\",\"model\":\"m\"},\"inputs\":[\"a\"],\"retry_delay_ms\":\"1\"}"})
    void refuseRequestsTheyDoNotUnderstand(String request) {
        assertEquals("22023", assertThrows(SQLException.class, () -> Routines.embed(request)).getSQLState());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",\"messages\":[]", ",\"messages\":[{\"role\":\"user\"}]",
        ",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"temperature\":3",
        ",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"max_tokens\":0"})
    void refusePromptsTheyDoNotUnderstand(String more) {
        assertEquals("22023", assertThrows(SQLException.class, () -> Routines.chatComplete(
                "{\"provider\":{\"protocol\":\"mock\",\"model\":\"m\"}" + more + "}")).getSQLState());
        assertEquals("22023", assertThrows(SQLException.class, () -> Routines.chatComplete(null)).getSQLState());
    }

    @Test
    void loadEveryClassOfTheirJarAheadOfTheCall() throws Exception {
        Set<String> classes = new TreeSet<>();
        Path own = Path.of(Routines.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        for (String area : List.of("provider", "egress", "routine")) {
            try (Stream<Path> files = Files.list(own.resolve("dev/prosa/" + area))) {
                files.map(file -> own.relativize(file).toString()).forEach(classes::add);
            }
        }
        Path parser = Path.of(JsonParser.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (JarFile jar = new JarFile(parser.toFile())) {
            jar.stream().map(JarEntry::getName).forEach(classes::add);
        }
        classes.removeIf(name -> !name.endsWith(".class") || name.endsWith("-info.class"));
        Set<String> names = new TreeSet<>();
        classes.forEach(name -> names.add(name.replace(".class", "").replace('/', '.')));
        assertEquals(names, new TreeSet<>(Preload.CLASSES));
    }

    /** The jar for the database holds three packages and the parser, so what they use must be there or in java.base. */
    @Test
    void useNothingThatTheirJarDoesNotHold() throws Exception {
        Pattern reference = Pattern.compile("(?:java|javax|jdk|com|org|dev|io)/[A-Za-z0-9_$/]+");
        List<String> allowed = List.of("java/io/", "java/lang/", "java/math/", "java/net/", "java/nio/", "java/security/",
                "java/time/", "java/util/", "javax/net/", "java/sql/", "com/grack/nanojson/",
                "dev/prosa/provider", "dev/prosa/egress", "dev/prosa/routine");
        Set<String> foreign = new TreeSet<>();
        Path classes = Path.of(Routines.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        for (String area : List.of("provider", "egress", "routine")) {
            try (Stream<Path> files = Files.list(classes.resolve("dev/prosa/" + area))) {
                for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                    Matcher names = reference.matcher(latin1(file));
                    while (names.find()) {
                        String name = names.group();
                        if (allowed.stream().noneMatch(name::startsWith) || name.startsWith("java/net/http")
                                || name.startsWith("java/util/logging") || name.startsWith("java/util/prefs")) {
                            foreign.add(file.getFileName() + ": " + name);
                        }
                    }
                }
            }
        }
        assertTrue(foreign.isEmpty(), foreign.toString());
    }

    private static String latin1(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
