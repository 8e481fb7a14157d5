package dev.prosa.egress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.prosa.egress.EgressException.Reason;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The calls of a host")
class SlotsTest {

    private static final Duration PLENTY = Duration.ofSeconds(20);

    @Test
    @DisplayName("are so many at a time and no more, over the socket")
    void atATime() throws Exception {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Semaphore arrived = new Semaphore(0);
        Semaphore go = new Semaphore(0);
        try (RawServer server = RawServer.with((request, out) -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            arrived.release();
            go.acquire();
            now.decrementAndGet();
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        })) {
            Egress egress = new Egress();
            List<Thread> callers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                callers.add(start(() -> egress.post(post(server.uri(), PLENTY))));
            }
            arrived.acquire(Egress.DEFAULT_CALLS_PER_HOST);
            // Another host and port is not concerned.
            try (StubEndpoint other = StubEndpoint.replying(200, "ok")) {
                assertEquals(200, egress.post(post(URI.create(other.origin()), PLENTY)).status());
            }
            // Nor does a further caller wait for longer than it has.
            long start = System.nanoTime();
            EgressException e = assertThrows(EgressException.class,
                    () -> egress.post(post(server.uri(), Duration.ofMillis(200))));
            assertEquals(Reason.BUSY, e.reason());
            assertTrue(System.nanoTime() - start < 1_200_000_000L);
            go.release(20);
            for (Thread caller : callers) {
                caller.join(20_000);
            }
            assertEquals(8, most.get());
            assertEquals(20, server.requests().size());
        }
    }

    @Test
    void goInTheOrderInWhichTheyCame() throws Exception {
        Slots slots = new Slots(1);
        List<Integer> order = new CopyOnWriteArrayList<>();
        slots.enter("a:1", Deadline.in(PLENTY));
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            int number = i;
            Thread caller = start(() -> {
                slots.enter("a:1", Deadline.in(PLENTY));
                order.add(number);
                slots.leave("a:1");
            });
            callers.add(caller);
            awaitWaiting(caller);
        }
        slots.leave("a:1");
        for (Thread caller : callers) {
            caller.join(20_000);
        }
        assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), order);
    }

    @Test
    @DisplayName("wait behind those who wait already, also where a slot has just come free")
    void noOneGoesFirst() throws Exception {
        Slots slots = new Slots(1);
        List<String> order = new CopyOnWriteArrayList<>();
        slots.enter("a:1", Deadline.in(PLENTY));
        Thread caller = start(() -> {
            slots.enter("a:1", Deadline.in(PLENTY));
            order.add("first");
            slots.leave("a:1");
        });
        awaitWaiting(caller);
        slots.leave("a:1");
        slots.enter("a:1", Deadline.in(PLENTY));
        order.add("second");
        assertEquals(List.of("first", "second"), order);
    }

    @Test
    void leaveNothingBehind() {
        Slots slots = new Slots(1);
        slots.enter("a:1", Deadline.in(PLENTY));
        assertThrows(EgressException.class, () -> slots.enter("a:1", Deadline.in(Duration.ofMillis(1))));
        assertEquals(1, slots.size());
        slots.leave("a:1");
        assertEquals(0, slots.size());
        slots.enter("a:1", Deadline.in(Duration.ofMillis(1)));
        slots.leave("a:1");
    }

    @Test
    void mayBeInterruptedWhileTheyWait() throws Exception {
        Slots slots = new Slots(1);
        slots.enter("a:1", Deadline.in(PLENTY));
        List<Throwable> thrown = new CopyOnWriteArrayList<>();
        Thread caller = new Thread(() -> slots.enter("a:1", Deadline.in(PLENTY)));
        caller.setUncaughtExceptionHandler((thread, e) -> thrown.add(e));
        caller.start();
        caller.interrupt();
        caller.join(10_000);
        assertEquals(Reason.INTERRUPTED, ((EgressException) thrown.get(0)).reason());
        slots.leave("a:1");
        assertEquals(0, slots.size());
    }

    @Test
    void areAtLeastOne() {
        assertThrows(IllegalArgumentException.class, () -> new Slots(0));
    }

    private static Post post(URI uri, Duration timeout) {
        return new Post(uri, EgressPolicy.DEFAULT, Map.of(), "{}", timeout, 1, Duration.ZERO);
    }

    private static void awaitWaiting(Thread caller) throws InterruptedException {
        long end = System.nanoTime() + PLENTY.toNanos();
        while (caller.getState() != Thread.State.TIMED_WAITING) {
            assertTrue(caller.isAlive() && System.nanoTime() < end, "it did not wait");
            Thread.sleep(1);
        }
    }

    private static Thread start(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
