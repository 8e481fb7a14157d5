package dev.prosa.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.prosa.egress.Egress;
import dev.prosa.egress.EgressPolicy;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A provider's configuration")
class ProviderConfigTest {

    private static final TenantSecrets NO_SECRETS = (tenant, name) -> {
        throw new AssertionError("no secret is read here");
    };

    @Test
    void isReadFromItsJson() {
        assertEquals(
                new ProviderConfig(Protocol.OPENAI, Optional.of(URI.create("http://127.0.0.1:8080/v1")), "m",
                        OptionalInt.of(384), Optional.of(new SecretName("main", Optional.empty())), Duration.ofSeconds(2), EgressPolicy.DEFAULT),
                ProviderConfig.parse("{\"protocol\":\"openai\",\"base_url\":\"http://127.0.0.1:8080/v1\",\"model\":\"m\","
                        + "\"dimensions\":384,\"secret\":\"main\",\"timeout_ms\":2000,\"more\":{}}"));
    }

    @Test
    void saysWhoseItIsAndWhereItMayBe() {
        EgressPolicy policy = ProviderConfig.parse("{\"protocol\":\"openai\",\"base_url\":\"http://gpu:8000/v1\",\"model\":\"m\","
                + "\"tenant_id\":\"00000000-0000-0000-0000-000000000001\",\"allowed_hosts\":[\"GPU\",\"x.example:81\"],"
                + "\"refused_ports\":[5432]}").policy();
        assertEquals(new EgressPolicy(Optional.of(new UUID(0, 1)), Set.of("gpu", "x.example:81"), Set.of(5432)), policy);
        assertEquals(EgressPolicy.DEFAULT, ProviderConfig.parse("{\"protocol\":\"mock\",\"model\":\"m\",\"tenant_id\":null,"
                + "\"allowed_hosts\":null,\"refused_ports\":[]}").policy());
    }

    @Test
    void hasDefaults() {
        assertEquals(
                new ProviderConfig(Protocol.MOCK, Optional.empty(), "m", OptionalInt.empty(), Optional.empty(),
                        Duration.ofSeconds(10), EgressPolicy.DEFAULT),
                ProviderConfig.parse("{\"protocol\":\"mock\",\"model\":\"m\",\"dimensions\":null,\"secret\":null}"));
    }

    @Test
    void choosesTheProvider() {
        assertInstanceOf(MockProvider.class,
                Provider.of(ProviderConfig.parse("{\"protocol\":\"mock\",\"model\":\"m\"}"), new Egress(), NO_SECRETS));
        assertInstanceOf(OpenAiProvider.class, Provider.of(ProviderConfig.parse(
                "{\"protocol\":\"openai\",\"model\":\"m\",\"base_url\":\"https://example.org\"}"), new Egress(), NO_SECRETS));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"model\":\"m\"}",
        "{\"protocol\":\"smtp\",\"model\":\"m\"}",
        "{\"protocol\":1,\"model\":\"m\"}",
        "{\"protocol\":\"mock\"}",
        "{\"protocol\":\"mock\",\"model\":\" \"}",
        "{\"protocol\":\"mock\",\"model\":\"m\",\"dimensions\":0}",
        "{\"protocol\":\"mock\",\"model\":\"m\",\"dimensions\":1.5}",
        "{\"protocol\":\"mock\",\"model\":\"m\",\"dimensions\":16001}",
        "{\"protocol\":\"mock\",\"model\":\"m\",\"dimensions\":\"384\"}",
        "{\"protocol\":\"mock\",\"model\":\"m\",\"timeout_ms\":0}",
        "{\"protocol\":\"mock\",\"model\":\"m\",\"timeout_ms\":1e12}",
        "{\"protocol\":\"mock\",\"model\":\"m\",\"secret\":\"../hush\"}",
        "{\"protocol\":\"mock\",\"model\":\"m\",\"tenant_id\":\"x\"}",
        "{\"protocol\":\"mock\",\"model\":\"m\",\"tenant_id\":1}",
        "{\"protocol\":\"mock\",\"model\":\"m\",\"allowed_hosts\":\"gpu\"}",
        "{\"protocol\":\"mock\",\"model\":\"m\",\"allowed_hosts\":[1]}",
        "{\"protocol\":\"mock\",\"model\":\"m\",\"allowed_hosts\":[\"*.example\"]}",
        "{\"protocol\":\"mock\",\"model\":\"m\",\"refused_ports\":5432}",
        "{\"protocol\":\"mock\",\"model\":\"m\",\"refused_ports\":[0]}",
        "{\"protocol\":\"mock\",\"model\":\"m\",\"refused_ports\":[\"5432\"]}",
        "{\"protocol\":\"mock\",\"model\":\"m\",\"secret\":\"x\",\"secret_scope\":\"tenant\"}",
        "{\"protocol\":\"mock\",\"model\":\"m\",\"secret\":\"x\",\"secret_scope\":\"tenant\",\"tenant_id\":\"hush\"}",
        "{\"protocol\":\"mock\",\"model\":\"m\",\"secret\":\"x\",\"secret_scope\":\"everybody\"}",
        "{\"protocol\":\"openai\",\"model\":\"m\"}",
        "{\"protocol\":\"openai\",\"model\":\"m\",\"base_url\":\"http://example.org\"}",
        "{\"protocol\":\"openai\",\"model\":\"m\",\"base_url\":\"https://2130706433\"}",
        "{\"protocol\":\"openai\",\"model\":\"m\",\"base_url\":\"http://gpu:81\",\"allowed_hosts\":[\"gpu:80\"]}",
        "{\"protocol\":\"openai\",\"model\":\"m\",\"base_url\":\"\"}",
        "{\"protocol\":\"openai\",\"model\":\"m\",\"base_url\":\"http://a b:hush@c\"}",
        "{\"protocol\":\"openai\",\"model\":\"m\",\"base_url\":\"ftp://example.org\"}",
        "{\"protocol\":\"openai\",\"model\":\"m\",\"base_url\":\"https://u:hush@example.org\"}",
        "{\"protocol\":\"openai\",\"model\":\"m\",\"base_url\":\"https://example.org/v1?key=hush\"}",
        "{\"protocol\":\"openai\",\"model\":\"m\",\"base_url\":\"https://example.org/#x\"}"})
    void thatCannotWorkIsRefused(String json) {
        ProviderException e = assertThrows(ProviderException.class, () -> ProviderConfig.parse(json));
        assertEquals("22023", e.sqlState());
        assertFalse(e.getMessage().contains("hush"), e.getMessage());
        assertFalse(e.isRetryable());
        assertFalse(e.isItemFault());
    }

    @Test
    void boundsTheOptionsOfACall() {
        Duration second = Duration.ofSeconds(1);
        assertThrows(ProviderException.class, () -> new CallOptions(Duration.ZERO, 1, second));
        assertThrows(ProviderException.class, () -> new CallOptions(second, 0, second));
        assertThrows(ProviderException.class, () -> new CallOptions(second, 1, second.negated()));
    }
}
