package dev.prosa.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.prosa.cli.Version;
import dev.prosa.provider.TenantSecrets;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;

class OpenApiTest {

    private static final TenantSecrets NO_SECRETS = (tenant, name) -> {
        throw new AssertionError("no secret is read here");
    };

    @Test
    void describesEveryRouteAndNoOther() throws IOException {
        JsonNode document = document();
        Set<String> described = new TreeSet<>();
        document.get("paths").properties().forEach(path -> path.getValue().fieldNames()
                .forEachRemaining(method -> described.add(method.toUpperCase(java.util.Locale.ROOT) + " " + path.getKey())));
        Gateway gateway = new Gateway(Jdbi.create("jdbc:postgresql://127.0.0.1:1/none"), NO_SECRETS,
                new GatewaySettings("127.0.0.1", 0, 1000, Optional.empty(), 8), Optional.empty(), Version.NUMBER);
        Set<String> registered = gateway.routes().stream()
                .map(route -> route.method().name() + " " + route.path())
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(registered, described);
    }

    @Test
    void isOfThisVersion() throws IOException {
        assertEquals(Version.NUMBER, document().at("/info/version").textValue());
    }

    @Test
    void refersOnlyToWhatItDefines() throws IOException {
        JsonNode document = document();
        for (JsonNode reference : document.findValues("$ref")) {
            assertTrue(!document.at(reference.textValue().substring(1)).isMissingNode(), reference.textValue());
        }
    }

    private static JsonNode document() throws IOException {
        try (InputStream stream = Gateway.class.getResourceAsStream("openapi.json")) {
            return new ObjectMapper().readTree(stream);
        }
    }
}
