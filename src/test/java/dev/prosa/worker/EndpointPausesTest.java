package dev.prosa.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;

import org.junit.jupiter.api.Test;

class EndpointPausesTest {

    private final TestClock clock = new TestClock();
    private final EndpointPauses pauses = new EndpointPauses(clock);

    @Test
    void endsByItself() {
        assertTrue(pauses.remaining("a").isEmpty());
        pauses.pause("a", Duration.ofSeconds(10));
        clock.now = clock.now.plusSeconds(4);
        assertEquals(Optional.of(Duration.ofSeconds(6)), pauses.remaining("a"));
        assertTrue(pauses.remaining("b").isEmpty());
        clock.now = clock.now.plusSeconds(6);
        assertTrue(pauses.remaining("a").isEmpty());
    }

    @Test
    void growsUntilTheEndpointAnswers() {
        Duration shortest = Duration.ofSeconds(30);
        assertEquals(30, pauses.pauseLonger("a", shortest).toSeconds());
        assertEquals(60, pauses.pauseLonger("a", shortest).toSeconds());
        for (int i = 0; i < 10; i++) {
            pauses.pauseLonger("a", shortest);
        }
        assertEquals(900, pauses.pauseLonger("a", shortest).toSeconds());
        pauses.clear("a");
        assertTrue(pauses.remaining("a").isEmpty());
        assertEquals(30, pauses.pauseLonger("a", shortest).toSeconds());
    }

    private static final class TestClock extends Clock {

        private Instant now = Instant.EPOCH;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
