package dev.prosa.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;

import org.junit.jupiter.api.Test;

class PollingPolicyTest {

    private static final Duration SHORTEST = Duration.ofMillis(50);
    private static final Duration LONGEST = Duration.ofSeconds(5);

    @Test
    void doublesWhileThereIsNothingUpToTheLongest() {
        PollingPolicy policy = new PollingPolicy(SHORTEST, LONGEST, () -> 0.5);
        long[] expected = {50, 100, 200, 400, 800, 1600, 3200, 5000, 5000};
        for (long millis : expected) {
            assertEquals(millis, policy.afterNothing().toMillis());
        }
    }

    @Test
    void beginsAgainAfterWork() {
        PollingPolicy policy = new PollingPolicy(SHORTEST, LONGEST, () -> 0.5);
        policy.afterNothing();
        policy.afterNothing();
        assertEquals(Duration.ZERO, policy.afterWork());
        assertEquals(SHORTEST, policy.afterNothing());
    }

    @Test
    void spreadsByAFifth() {
        assertEquals(40, new PollingPolicy(SHORTEST, LONGEST, () -> 0.0).afterNothing().toMillis());
        assertEquals(60, new PollingPolicy(SHORTEST, LONGEST, () -> 1.0).afterNothing().toMillis());
    }

    @Test
    void refusesWaitsThatAreNotInOrder() {
        assertThrows(IllegalArgumentException.class, () -> new PollingPolicy(LONGEST, SHORTEST, () -> 0.5));
        assertThrows(IllegalArgumentException.class, () -> new PollingPolicy(Duration.ZERO, LONGEST, () -> 0.5));
    }
}
