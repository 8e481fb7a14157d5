package dev.prosa.egress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.prosa.egress.Circuits.Health;
import dev.prosa.egress.EgressException.Reason;
import dev.prosa.egress.StubEndpoint.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A circuit")
class CircuitsTest {

    private static final Optional<Duration> NOT_SAID = Optional.empty();

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1000);   // the clock may overflow at any time
    private final Circuits circuits = new Circuits(3, seconds(10), seconds(60), now::get);

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private void open(String key) {
        for (int i = 0; i < 3; i++) {
            circuits.failed(key, NOT_SAID);
        }
    }

    @Test
    void opensAfterFailuresInARow() {
        assertEquals(Duration.ZERO, circuits.failed("a", NOT_SAID));
        assertEquals(Duration.ZERO, circuits.failed("a", NOT_SAID));
        circuits.succeeded("a");
        assertEquals(Duration.ZERO, circuits.failed("a", NOT_SAID));
        assertEquals(Duration.ZERO, circuits.failed("a", NOT_SAID));
        assertTrue(circuits.enter("a").isEmpty());
        assertEquals(seconds(10), circuits.failed("a", NOT_SAID));
        assertEquals(Optional.of(seconds(10)), circuits.enter("a"));
        pass(seconds(4));
        assertEquals(Optional.of(seconds(6)), circuits.enter("a"));
        assertEquals(Optional.of(seconds(6)), circuits.remaining("a"));
    }

    @Test
    void isItsOwn() {
        open("a");
        assertTrue(circuits.enter("b").isEmpty());
        assertTrue(circuits.remaining("b").isEmpty());
    }

    @Test
    void letsOneCallTryAfterThePause() {
        open("a");
        pass(seconds(10));
        assertTrue(circuits.enter("a").isEmpty());
        assertEquals(Optional.of(seconds(1)), circuits.enter("a"), "one is enough");
        circuits.report("a", Health.WORKS, NOT_SAID);
        assertTrue(circuits.enter("a").isEmpty());
        assertTrue(circuits.enter("a").isEmpty(), "closed again");
    }

    @Test
    void letsAnotherCallTryWhereOneFoundNothingOut() {
        open("a");
        pass(seconds(10));
        assertTrue(circuits.enter("a").isEmpty());
        circuits.report("a", Health.UNKNOWN, NOT_SAID);
        assertTrue(circuits.enter("a").isEmpty());
        assertTrue(circuits.enter("a").isPresent());
    }

    @Test
    void staysOpenForTwiceAsLongEachTimeUpToTheLongest() {
        open("a");
        for (int expected : new int[] {20, 40, 60, 60}) {
            pass(seconds(60));
            assertTrue(circuits.enter("a").isEmpty());
            circuits.report("a", Health.FAILS, NOT_SAID);
            assertEquals(Optional.of(seconds(expected)), circuits.remaining("a"));
        }
        circuits.succeeded("a");
        open("a");
        assertEquals(Optional.of(seconds(10)), circuits.remaining("a"), "the first pause again");
    }

    @Test
    void isNotProlongedByCallsThatWereUnderWay() {
        open("a");
        pass(seconds(3));
        assertEquals(seconds(7), circuits.failed("a", NOT_SAID));
        assertEquals(seconds(7), circuits.failed("a", NOT_SAID));
        assertEquals(Optional.of(seconds(7)), circuits.remaining("a"));
    }

    @Test
    void staysOpenForAsLongAsTheEndpointAsksUpToTheLongest() {
        circuits.failed("a", Optional.of(seconds(25)));
        assertTrue(circuits.enter("a").isEmpty(), "what is asked after one failure is for the caller");
        circuits.failed("a", Optional.of(seconds(25)));
        assertEquals(seconds(25), circuits.failed("a", Optional.of(seconds(25))));
        pass(seconds(25));
        assertEquals(seconds(60), circuits.failed("a", Optional.of(seconds(3600))));
    }

    @Test
    void ofTheWorkerOpensAtOnce() {
        Circuits worker = new Circuits(1, seconds(30), seconds(900), now::get);
        assertEquals(seconds(30), worker.failed("a", NOT_SAID));
        for (int expected : new int[] {60, 120, 240, 480, 900, 900}) {
            pass(seconds(900));
            assertTrue(worker.remaining("a").isEmpty());
            assertEquals(seconds(expected), worker.failed("a", NOT_SAID));
        }
        pass(seconds(900));
        assertEquals(seconds(600), worker.failed("a", Optional.of(seconds(600))));
    }

    @Test
    @DisplayName("is forgotten when there are too many that are over")
    void memory() {
        for (int i = 0; i < 25_000; i++) {
            circuits.failed("closed " + i, NOT_SAID);
        }
        assertTrue(circuits.size() <= 10_000, "circuits: " + circuits.size());
        open("a");
        for (int i = 0; i < 25_000; i++) {
            circuits.failed("closed " + i, NOT_SAID);
        }
        assertTrue(circuits.remaining("a").isPresent(), "an open one is kept");
    }

    // ---- of the client

    private static final UUID TENANT = new UUID(0, 1);

    private final Egress egress = new Egress(1000, 8, Optional.of(circuits), InetAddress::getAllByName, Optional.empty());

    private Answer call(String origin, Optional<UUID> tenant) {
        return egress.post(new Post(URI.create(origin + "/v1/x"), new EgressPolicy(tenant, Set.of(), Set.of()), Map.of(), "{}",
                Duration.ofSeconds(10), 1, Duration.ZERO));
    }

    private EgressException failure(String origin) {
        return assertThrows(EgressException.class, () -> call(origin, Optional.of(TENANT)));
    }

    @Test
    @DisplayName("fails a tenant's calls of an endpoint at once, and nobody else's")
    void ofATenantAndAnOrigin() throws IOException {
        try (StubEndpoint down = StubEndpoint.replying(500, "no"); StubEndpoint up = StubEndpoint.replying(200, "ok")) {
            for (int i = 0; i < 3; i++) {
                assertEquals(500, call(down.origin(), Optional.of(TENANT)).status());
            }
            EgressException e = failure(down.origin());
            assertEquals(Reason.OPEN, e.reason());
            assertEquals(Optional.of(seconds(10)), e.retryAfter());
            assertEquals(down.origin() + " has failed again and again and is left alone for another 10 s", e.getMessage());
            assertEquals(3, down.requests().size());

            assertEquals(200, call(up.origin(), Optional.of(TENANT)).status());
            assertEquals(500, call(down.origin(), Optional.of(new UUID(0, 2))).status());
            assertEquals(500, call(down.origin(), Optional.empty()).status());

            pass(seconds(10));
            assertEquals(500, call(down.origin(), Optional.of(TENANT)).status());
            assertEquals(Optional.of(seconds(20)), failure(down.origin()).retryAfter());
        }
    }

    @Test
    void closesWhenTheEndpointIsBack() throws IOException {
        Reply no = Reply.of(503, "");
        try (StubEndpoint stub = StubEndpoint.replying(no, no, no, Reply.of(200, "ok"))) {
            for (int i = 0; i < 3; i++) {
                call(stub.origin(), Optional.of(TENANT));
            }
            assertEquals(Reason.OPEN, failure(stub.origin()).reason());
            pass(seconds(10));
            for (int i = 0; i < 5; i++) {
                assertEquals(200, call(stub.origin(), Optional.of(TENANT)).status());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"500,4,true", "502,4,true", "503,4,true", "504,4,true", "529,4,true", "429,4,true", "408,4,true",
        "200,4,false", "400,4,false", "401,4,false", "403,4,false", "404,4,false", "413,4,false", "422,4,false"})
    @DisplayName("opens for what is the endpoint's fault")
    void statuses(int status, int calls, boolean opens) throws IOException {
        try (StubEndpoint stub = StubEndpoint.replying(status, "x")) {
            for (int i = 1; i < calls; i++) {
                call(stub.origin(), Optional.of(TENANT));
            }
            if (opens) {
                assertEquals(Reason.OPEN, failure(stub.origin()).reason());
            } else {
                assertEquals(status, call(stub.origin(), Optional.of(TENANT)).status());
            }
        }
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {"BROKEN,''", "MALFORMED,SSH-2.0", "CONNECT,-"})
    @DisplayName("opens for connections that fail, break or speak something else")
    void failures(Reason reason, String said) throws IOException {
        try (RawServer server = RawServer.saying(said == null || said.isEmpty() ? "" : said + "\r\n")) {
            String origin = Egress.origin(server.uri());
            if (said == null) {
                server.close();
            }
            for (int i = 0; i < 3; i++) {
                assertEquals(reason, failure(origin).reason());
            }
            assertEquals(Reason.OPEN, failure(origin).reason());
        }
    }

    @Test
    void doesNotOpenForCallsThatAreNotAllowed() {
        for (int i = 0; i < 5; i++) {
            assertEquals(Reason.INVALID, failure("http://93.184.216.34").reason());
            assertEquals(Reason.REFUSED, failure("https://10.0.0.1").reason());
        }
    }

    @Test
    @DisplayName("sends one call of many after its pause")
    void oneProbe() throws Exception {
        CountDownLatch probing = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        try (RawServer server = RawServer.with((request, out) -> {
            probing.countDown();
            answer.await();
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes());
        })) {
            String origin = Egress.origin(server.uri());
            open(TENANT + " " + origin);
            pass(seconds(10));
            Thread probe = new Thread(() -> call(origin, Optional.of(TENANT)));
            probe.start();
            probing.await();
            for (int i = 0; i < 3; i++) {
                assertEquals(Reason.OPEN, failure(origin).reason());
            }
            answer.countDown();
            probe.join(10_000);
            assertFalse(probe.isAlive());
            assertEquals(1, server.requests().size());
            assertEquals(200, call(origin, Optional.of(TENANT)).status());
        }
    }
}
