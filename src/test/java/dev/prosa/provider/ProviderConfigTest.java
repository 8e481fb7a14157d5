package dev.prosa.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.prosa.egress.Egress;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A provider's configuration")
class ProviderConfigTest {

    @Test
    void isReadFromItsJson() {
        assertEquals(
                new ProviderConfig(Protocol.OPENAI, Optional.of(URI.create("http://127.0.0.1:8080/v1")), "m",
                        OptionalInt.of(384), Optional.of("main"), Duration.ofSeconds(2)),
                ProviderConfig.parse("{\"protocol\":\"openai\",\"base_url\":\"http://127.0.0.1:8080/v1\",\"model\":\"m\","
                        + "\"dimensions\":384,\"secret\":\"main\",\"timeout_ms\":2000,\"more\":{}}"));
    }

    @Test
    void hasDefaults() {
        assertEquals(
                new ProviderConfig(Protocol.MOCK, Optional.empty(), "m", OptionalInt.empty(), Optional.empty(),
                        Duration.ofSeconds(10)),
                ProviderConfig.parse("{\"protocol\":\"mock\",\"model\":\"m\",\"dimensions\":null,\"secret\":null}"));
    }

    @Test
    void choosesTheProvider() {
        assertInstanceOf(MockProvider.class,
                Provider.of(ProviderConfig.parse("{\"protocol\":\"mock\",\"model\":\"m\"}"), new Egress()));
        assertInstanceOf(OpenAiProvider.class, Provider.of(ProviderConfig.parse(
                "{\"protocol\":\"openai\",\"model\":\"m\",\"base_url\":\"https://example.org\"}"), new Egress()));
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
        "{\"protocol\":\"openai\",\"model\":\"m\"}",
        "{\"protocol\":\"openai\",\"model\":\"m\",\"base_url\":\"\"}",
        "{\"protocol\":\"openai\",\"model\":\"m\",\"base_url\":\"http://a b:hush@c\"}",
        "{\"protocol\":\"openai\",\"model\":\"m\",\"base_url\":\"ftp://example.org\"}",
        "{\"protocol\":\"openai\",\"model\":\"m\",\"base_url\":\"http://u:hush@example.org\"}",
        "{\"protocol\":\"openai\",\"model\":\"m\",\"base_url\":\"http://example.org/v1?key=hush\"}",
        "{\"protocol\":\"openai\",\"model\":\"m\",\"base_url\":\"http://example.org/#x\"}"})
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
