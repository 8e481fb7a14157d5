package dev.prosa.egress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Retry-After")
class RetryAfterTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"7|7000", "0|0", "1.5|1500", "Sun, 01 Mar 2026 12:00:30 GMT|30000",
        "Sun, 01 Mar 2026 11:00:00 GMT|0", "999999999999999999|2592000000"})
    void isReadInSecondsOrAsADate(String value, long millis) {
        assertEquals(Duration.ofMillis(millis), RetryAfter.read(Map.of("retry-after", value), NOW).orElseThrow());
    }

    @Test
    void inMillisecondsGoesFirst() {
        assertEquals(Duration.ofMillis(250),
                RetryAfter.read(Map.of("retry-after", "7", "retry-after-ms", "250"), NOW).orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "-1", "1e9", "NaN", "Sun, 99 Mar 2026 12:00:30 GMT"})
    void thatSaysNothingIsIgnored(String value) {
        assertTrue(RetryAfter.read(Map.of("retry-after", value), NOW).isEmpty());
    }
}
