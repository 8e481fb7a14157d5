package dev.prosa.egress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.prosa.egress.EgressException.Reason;
import dev.prosa.egress.StubEndpoint.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The HTTP client")
class EgressTest {

    private static final Duration PLENTY = Duration.ofSeconds(20);
    private final Egress egress = new Egress(100_000, 8, Optional.empty(), InetAddress::getAllByName, Optional.empty());

    private static Post post(URI uri, Duration timeout, int attempts) {
        return new Post(uri, EgressPolicy.DEFAULT, Map.of(), "{\"a\":\"ç\"}", timeout, attempts, Duration.ofMillis(20));
    }

    private Answer once(RawServer server) {
        return egress.post(post(server.uri(), PLENTY, 1));
    }

    private Reason failure(Post post) {
        return assertThrows(EgressException.class, () -> egress.post(post)).reason();
    }

    private Reason failure(RawServer server) {
        return failure(post(server.uri(), PLENTY, 1));
    }

    private static String text(Answer answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private static long millisSince(long nanoTime) {
        return (System.nanoTime() - nanoTime) / 1_000_000;
    }

    @Test
    void sendsTheDocumentAndGivesTheAnswer() throws IOException {
        try (StubEndpoint stub = StubEndpoint.replying(Reply.of(404, "não").with("X-Y", "z"))) {
            Answer answer = egress.post(new Post(URI.create(stub.origin() + "/a/b?c=d"), EgressPolicy.DEFAULT, Map.of("X-Key", "k"),
                    "{\"a\":\"ç\"}", PLENTY, 3, Duration.ZERO));
            assertEquals(404, answer.status());
            assertEquals("não", text(answer));
            assertEquals("z", answer.headers().get("x-y"));
            StubEndpoint.Request request = stub.requests().get(0);
            assertEquals("POST", request.method());
            assertEquals("/a/b?c=d", request.path());
            assertEquals("{\"a\":\"ç\"}", request.body());
            assertEquals("k", request.headers().getFirst("X-Key"));
            assertEquals("application/json", request.headers().getFirst("Content-Type"));
            assertEquals(1, stub.requests().size());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "",
        "HTTP/1.1 2",
        "HTTP/1.1 200 OK\r\nX-Slow: ",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFF\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n"})
    @DisplayName("keeps the total time although bytes keep coming")
    void dribble(String beginning) throws IOException {
        try (RawServer server = RawServer.with((request, out) -> {
            out.write(beginning.getBytes(StandardCharsets.ISO_8859_1));
            RawServer.dribble(out, beginning.startsWith("HTTP/1.1 2 ") ? '0' : 'x');
        })) {
            long start = System.nanoTime();
            assertEquals(Reason.DEADLINE, failure(post(server.uri(), Duration.ofMillis(400), 3)));
            assertTrue(millisSince(start) >= 390, "not before the deadline");
            assertTrue(millisSince(start) < 3000, "soon after the deadline");
            assertEquals(1, server.requests().size());
        }
    }

    @Test
    @DisplayName("keeps the total time against a server that says nothing")
    void hang() throws IOException {
        try (RawServer server = RawServer.with((request, out) -> Thread.sleep(30_000))) {
            long start = System.nanoTime();
            EgressException e = assertThrows(EgressException.class,
                    () -> egress.post(post(server.uri(), Duration.ofMillis(300), 3)));
            assertEquals(Reason.DEADLINE, e.reason());
            assertTrue(e.getMessage().contains("127.0.0.1"), e.getMessage());
            assertTrue(millisSince(start) < 3000);
        }
    }

    @Test
    @DisplayName("keeps the total time against a server that does not read")
    void deaf() throws IOException {
        try (RawServer server = RawServer.deaf((request, out) -> Thread.sleep(30_000))) {
            String large = "\"" + "x".repeat(32 << 20) + "\"";
            long start = System.nanoTime();
            assertEquals(Reason.DEADLINE, failure(new Post(server.uri(), EgressPolicy.DEFAULT, Map.of(), large, Duration.ofMillis(500), 1,
                    Duration.ZERO)));
            assertTrue(millisSince(start) < 5000);
        }
    }

    @Test
    @DisplayName("keeps the total time over all attempts, and does not wait past it")
    void totalOverAttempts() throws IOException {
        try (StubEndpoint stub = StubEndpoint.replying(500, "no")) {
            long start = System.nanoTime();
            // The first wait is of 1 to 2 s, the second of 2 to 4 s: there is time for the second attempt, never for a third.
            Answer answer = egress.post(new Post(URI.create(stub.origin()), EgressPolicy.DEFAULT, Map.of(), "{}", Duration.ofSeconds(3), 50,
                    Duration.ofSeconds(2)));
            assertEquals(500, answer.status());
            assertTrue(millisSince(start) < 3000);
            assertEquals(2, stub.requests().size());
        }
    }

    @Test
    @DisplayName("tells the answer that came, not that a later attempt found nobody")
    void answerBeforeNobody() throws IOException {
        AtomicReference<RawServer> server = new AtomicReference<>();
        server.set(RawServer.with((request, out) -> {
            server.get().close();
            out.write("HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy".getBytes(StandardCharsets.US_ASCII));
        }));
        Answer answer = egress.post(post(server.get().uri(), PLENTY, 3));
        assertEquals(503, answer.status());
        assertEquals("busy", text(answer));
        assertEquals(1, server.get().requests().size());
    }

    @Test
    void leavesNoThreadBehind() throws IOException {
        try (StubEndpoint stub = StubEndpoint.replying(200, "ok");
                RawServer hung = RawServer.with((request, out) -> Thread.sleep(30_000))) {
            // an earlier test may have left the resolver of a name that it never got
            Set<Thread> before = Thread.getAllStackTraces().keySet();
            egress.post(post(URI.create(stub.origin()), PLENTY, 1));
            failure(post(hung.uri(), Duration.ofMillis(100), 1));
            assertEquals(List.of(), Thread.getAllStackTraces().keySet().stream()
                    .filter(t -> t.getName().startsWith("prosa-") && !before.contains(t)).map(Thread::getName).toList());
        }
    }

    @Test
    @DisplayName("refuses an answer above the limit, stated, chunked or unpacked")
    void sizeLimit() throws IOException {
        String body = "x".repeat(100_001);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(body.getBytes(StandardCharsets.US_ASCII));
        }
        List<String> answers = List.of(
                "HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n186A1\r\n" + body + "\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\n\r\n" + body,
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + packed.size() + "\r\n\r\n"
                        + packed.toString(StandardCharsets.ISO_8859_1));
        for (String answer : answers) {
            try (RawServer server = RawServer.saying(answer)) {
                assertEquals(Reason.TOO_LARGE, failure(server));
            }
        }
    }

    @Test
    @DisplayName("reads every framing that HTTP/1.1 has")
    void framings() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write("body".getBytes(StandardCharsets.US_ASCII));
        }
        List<String> answers = List.of(
                "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody and more",
                "HTTP/1.1 200\r\ncontent-length:4\r\n\r\nbody",
                "HTTP/1.0 200 OK\r\n\r\nbody",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\nContent-Length: 4\n\nbody",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n1;x=y\r\nb\r\n003\r\nody\r\n0\r\nT: t\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + packed.toString(StandardCharsets.ISO_8859_1),
                "HTTP/1.1 200 OK\r\nContent-Encoding: x-gzip\r\n\r\n" + withEveryField(packed.toString(StandardCharsets.ISO_8859_1)));
        for (String answer : answers) {
            try (RawServer server = RawServer.saying(answer)) {
                assertEquals("body", text(once(server)), answer);
            }
        }
        try (RawServer server = RawServer.saying("HTTP/1.1 204 No Content\r\n\r\n")) {
            assertArrayEquals(new byte[0], once(server).body());
        }
    }

    /** A gzip header with extra field, name, comment and checksum, as RFC 1952 allows. */
    private static String withEveryField(String gzip) {
        return gzip.substring(0, 3) + (char) (2 | 4 | 8 | 16) + gzip.substring(4, 10) + "\3\0abc" + "name\0" + "comment\0" + "cc"
                + gzip.substring(10);
    }

    @Test
    @DisplayName("refuses gzip that was cut off or altered")
    void damagedGzip() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write("body".getBytes(StandardCharsets.US_ASCII));
        }
        String whole = packed.toString(StandardCharsets.ISO_8859_1);
        for (int cut = 0; cut < whole.length(); cut++) {
            try (RawServer server = RawServer.saying("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + whole.substring(0, cut))) {
                assertTrue(Set.of(Reason.MALFORMED, Reason.BROKEN).contains(failure(server)), "cut at " + cut);
            }
        }
        // checksum, then length
        for (int at : new int[] {whole.length() - 8, whole.length() - 4}) {
            String altered = whole.substring(0, at) + (char) (whole.charAt(at) ^ 1) + whole.substring(at + 1);
            try (RawServer server = RawServer.saying("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + altered)) {
                assertEquals(Reason.MALFORMED, failure(server));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "SSH-2.0-OpenSSH\r\n",
        "HTTP/2 200\r\n\r\n",
        "HTTP/1.1 999 X\r\n\r\n",
        "HTTP/1.1 101 Switching\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno header\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nxx",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nthis is not gzip"})
    void refusesWhatIsNotAnAnswer(String bytes) throws IOException {
        try (RawServer server = RawServer.saying(bytes)) {
            assertEquals(Reason.MALFORMED, failure(server));
        }
    }

    @Test
    void refusesEndlessHeaders() throws IOException {
        try (RawServer server = RawServer.with((request, out) -> {
            out.write("HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 10_000; i++) {
                out.write(("X-" + i + ": y\r\n").getBytes(StandardCharsets.US_ASCII));
            }
        })) {
            assertEquals(Reason.MALFORMED, failure(server));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbody",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n"})
    @DisplayName("never takes half an answer for a whole one, nor asks a second time")
    void truncated(String bytes) throws IOException {
        try (RawServer server = RawServer.saying(bytes)) {
            assertEquals(Reason.BROKEN, failure(post(server.uri(), PLENTY, 5)));
            assertEquals(1, server.requests().size(), "a request that was sent is not sent again");
        }
    }

    @Test
    @DisplayName("sends one request a call, also to a server that offers to keep the connection and then drops it")
    void neverDoubled() throws IOException {
        try (RawServer server = RawServer.with((request, out) -> out.write(
                "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}"
                        .getBytes(StandardCharsets.US_ASCII)))) {
            for (int i = 1; i <= 5; i++) {
                assertEquals(200, once(server).status());
                assertEquals(i, server.requests().size());
            }
            assertTrue(server.requests().get(0).contains("\r\nConnection: close\r\n"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void doesNotFollowRedirects(int status) throws IOException {
        try (StubEndpoint target = StubEndpoint.replying(200, "no");
                StubEndpoint stub = StubEndpoint.replying(
                        Reply.of(status, "").with("Location", target.origin() + "/x?token=hush"))) {
            EgressException e = assertThrows(EgressException.class,
                    () -> egress.post(post(URI.create(stub.origin()), PLENTY, 3)));
            assertEquals(Reason.REDIRECT, e.reason());
            assertTrue(e.getMessage().contains(target.origin()), e.getMessage());
            assertFalse(e.getMessage().contains("hush"), e.getMessage());
            assertEquals(0, target.requests().size());
            assertEquals(1, stub.requests().size());
        }
    }

    @ParameterizedTest
    @CsvSource({"408,3", "429,3", "500,3", "502,3", "503,3", "504,3", "200,1", "400,1", "401,1", "404,1", "422,1",
        "501,1", "529,1"})
    @DisplayName("asks again only where that can help")
    void retries(int status, int requests) throws IOException {
        try (StubEndpoint stub = StubEndpoint.replying(status, "x")) {
            assertEquals(status, egress.post(post(URI.create(stub.origin()), PLENTY, 3)).status());
            assertEquals(requests, stub.requests().size());
        }
    }

    @Test
    void givesTheFirstGoodAnswer() throws IOException {
        try (StubEndpoint stub = StubEndpoint.replying(Reply.of(503, ""), Reply.of(500, ""), Reply.of(200, "ok"))) {
            assertEquals("ok", text(egress.post(post(URI.create(stub.origin()), PLENTY, 3))));
        }
    }

    @ParameterizedTest
    @CsvSource({"Retry-After,1,1000", "Retry-After,0.4,400", "retry-after-ms,300,300"})
    @DisplayName("waits as long as the endpoint asks")
    void retryAfter(String header, String value, long millis) throws IOException {
        try (StubEndpoint stub = StubEndpoint.replying(Reply.of(429, "").with(header, value), Reply.of(200, "ok"))) {
            long start = System.nanoTime();
            assertEquals(200, egress.post(post(URI.create(stub.origin()), PLENTY, 3)).status());
            assertTrue(millisSince(start) >= millis);
        }
    }

    @Test
    @DisplayName("waits until the moment that the endpoint names")
    void retryAfterDate() throws IOException {
        // Dates have whole seconds: the moment is 1 to 2 s away.
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(2));
        Instant moment = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        try (StubEndpoint stub = StubEndpoint.replying(Reply.of(503, "").with("Retry-After", date), Reply.of(200, "ok"))) {
            assertEquals(200, egress.post(post(URI.create(stub.origin()), PLENTY, 3)).status());
            assertFalse(Instant.now().isBefore(moment));
        }
    }

    @Test
    @DisplayName("does not wait for longer than half a minute, however long it has")
    void retryAfterHalfAMinute() throws IOException {
        try (StubEndpoint stub = StubEndpoint.replying(Reply.of(429, "").with("Retry-After", "31"))) {
            long start = System.nanoTime();
            assertEquals(429, egress.post(post(URI.create(stub.origin()), Duration.ofHours(1), 3)).status());
            assertTrue(millisSince(start) < 5000);
            assertEquals(1, stub.requests().size());
        }
    }

    @ParameterizedTest
    @CsvSource({"500,1,0,250", "500,1,0.999999,499", "500,2,0,500", "500,3,0.5,1500", "500,10,0,15000", "500,100,0.999999,29999",
        "120000,1,0,15000", "0,5,0.9,0"})
    @DisplayName("waits for half of the doubled delay and a random part of the other half, up to half a minute")
    void backoff(long first, int attempt, double random, long millis) {
        assertEquals(millis, Egress.backoff(Duration.ofMillis(first), attempt, random).toMillis());
    }

    @Test
    @DisplayName("does not wait for longer than it has, and says how long the endpoint asked")
    void retryAfterPastTheDeadline() throws IOException {
        try (StubEndpoint stub = StubEndpoint.replying(Reply.of(429, "").with("Retry-After", "60"))) {
            long start = System.nanoTime();
            Answer answer = egress.post(post(URI.create(stub.origin()), Duration.ofSeconds(10), 3));
            assertEquals(Duration.ofSeconds(60), answer.retryAfter().orElseThrow());
            assertTrue(millisSince(start) < 5000);
            assertEquals(1, stub.requests().size());
        }
    }

    @Test
    @DisplayName("tries a refused connection again: the endpoint may be starting")
    void connectAgain() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        URI uri = URI.create("http://127.0.0.1:" + port);
        long start = System.nanoTime();
        assertEquals(Reason.CONNECT, failure(new Post(uri, EgressPolicy.DEFAULT, Map.of(), "{}", PLENTY, 3, Duration.ofMillis(100))));
        assertTrue(millisSince(start) >= 150, "two waits: at least 50 and 100 ms");
    }

    @Test
    void saysThatThereIsNoSuchHost() {
        EgressException e = assertThrows(EgressException.class,
                () -> egress.post(post(URI.create("https://no-such-host.invalid/"), PLENTY, 1)));
        assertEquals(Reason.CONNECT, e.reason());
        assertTrue(e.getMessage().contains("no-such-host.invalid"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://127.0.0.1/", "file:///etc/passwd", "jar:file:/x!/", "http:///x", "/x", "http://a_b/",
        "http://user:hush@127.0.0.1/", "http://hush@127.0.0.1/", "http://127.0.0.1:0/", "http://127.0.0.1:70000/"})
    void refusesAddresses(String address) {
        EgressException e = assertThrows(EgressException.class,
                () -> egress.post(post(URI.create(address), PLENTY, 1)));
        assertEquals(Reason.INVALID, e.reason());
        assertFalse(e.getMessage().contains("hush"));
    }

    @Test
    @DisplayName("lets no header smuggle another one in, and does not repeat its value")
    void headerInjection() throws IOException {
        try (StubEndpoint stub = StubEndpoint.replying(200, "")) {
            Post post = new Post(URI.create(stub.origin()), EgressPolicy.DEFAULT, Map.of("Authorization", "hush\r\nX: y"), "{}", PLENTY, 1,
                    Duration.ZERO);
            EgressException e = assertThrows(EgressException.class, () -> egress.post(post));
            assertEquals(Reason.INVALID, e.reason());
            assertFalse(e.getMessage().contains("hush"));
            assertFalse(post.toString().contains("hush"));
            assertEquals(0, stub.requests().size());
        }
    }

    @Test
    void ignoresProxies() throws IOException {
        List<String> hosts = List.of("http.proxyHost", "https.proxyHost", "socksProxyHost");
        List<String> ports = List.of("http.proxyPort", "https.proxyPort", "socksProxyPort");
        hosts.forEach(p -> System.setProperty(p, "127.0.0.1"));
        ports.forEach(p -> System.setProperty(p, "1"));
        System.setProperty("http.nonProxyHosts", "");
        try (StubEndpoint stub = StubEndpoint.replying(200, "ok")) {
            assertEquals(200, egress.post(post(URI.create(stub.origin()), PLENTY, 1)).status());
        } finally {
            hosts.forEach(System::clearProperty);
            ports.forEach(System::clearProperty);
            System.clearProperty("http.nonProxyHosts");
        }
    }

    @Test
    @DisplayName("hears an endpoint that refuses a large request before it has read it")
    void earlyAnswer() throws IOException {
        try (RawServer server = RawServer.deaf((request, out) -> {
            out.write("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno".getBytes(StandardCharsets.US_ASCII));
            out.flush();
            Thread.sleep(1000);
        })) {
            String large = "\"" + "x".repeat(200_000) + "\"";
            assertEquals(413, egress.post(new Post(server.uri(), EgressPolicy.DEFAULT, Map.of(), large, PLENTY, 1, Duration.ZERO)).status());
        }
    }

    @Test
    void mayBeInterruptedWhileItWaits() throws Exception {
        try (StubEndpoint stub = StubEndpoint.replying(Reply.of(429, "").with("Retry-After", "15"))) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread caller = new Thread(() -> egress.post(post(URI.create(stub.origin()), PLENTY, 3)));
            caller.setUncaughtExceptionHandler((thread, e) -> thrown.set(e));
            caller.start();
            while (stub.requests().isEmpty()) {
                Thread.sleep(10);
            }
            caller.interrupt();
            caller.join(10_000);
            assertEquals(Reason.INTERRUPTED, ((EgressException) thrown.get()).reason());
        }
    }

    @Test
    void servesManyThreads() throws IOException {
        try (RawServer server = RawServer.with((request, out) -> {
            String body = request.substring(request.indexOf("\r\n\r\n") + 4);
            out.write(("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                    .getBytes(StandardCharsets.US_ASCII));
        })) {
            IntStream.range(0, 64).parallel().forEach(i -> assertEquals("[" + i + "]",
                    text(egress.post(new Post(server.uri(), EgressPolicy.DEFAULT, Map.of(), "[" + i + "]", PLENTY, 1, Duration.ZERO)))));
        }
    }
}
