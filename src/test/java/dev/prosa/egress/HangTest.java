package dev.prosa.egress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.prosa.egress.EgressException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A hung endpoint")
class HangTest {

    private static final Duration DEADLINE = Duration.ofMillis(500);

    /** Where an endpoint stops, or never does. */
    enum Hang {
        NO_ANSWER(""),
        DRIBBLED_STATUS("HTTP/1.1 2", "0"),
        DRIBBLED_HEADER("HTTP/1.1 200 OK\r\nX-Slow: ", "x"),
        DRIBBLED_HEADERS("HTTP/1.1 200 OK\r\n", "X: y\r\n"),
        INTERIM_ANSWERS("", "HTTP/1.1 100 Continue\r\n\r\n"),
        HALF_A_BODY("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx"),
        DRIBBLED_BODY("HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", "x"),
        ENDLESS_BODY("HTTP/1.1 200 OK\r\n\r\n", "x"),
        DRIBBLED_CHUNK_SIZE("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "0"),
        DRIBBLED_CHUNK("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFF\r\n", "x"),
        ENDLESS_CHUNKS("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
        ENDLESS_TRAILERS("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "T: t\r\n");

        private final byte[] first;
        private final byte[] again;

        Hang(String first) {
            this(first, "");
        }

        Hang(String first, String again) {
            this.first = first.getBytes(StandardCharsets.ISO_8859_1);
            this.again = again.getBytes(StandardCharsets.ISO_8859_1);
        }

        void on(OutputStream out) throws IOException, InterruptedException {
            out.write(first);
            out.flush();
            for (int i = 0; i < 600; i++) {
                Thread.sleep(20);
                out.write(again);
                out.flush();
            }
        }
    }

    private static String gzip(byte[] bytes) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return packed.toString(StandardCharsets.ISO_8859_1);
    }

    private static Egress resolving(Resolver.Lookup lookup) {
        return new Egress(100_000, 8, Optional.empty(), lookup, Optional.empty());
    }

    private static Post post(URI uri, EgressPolicy policy) {
        return new Post(uri, policy, Map.of(), "{}", DEADLINE, 3, Duration.ofMillis(50));
    }

    /** Gives up with this reason at the deadline, not before, and within a second after. */
    private static void givesUp(Reason reason, Egress egress, Post post) {
        long start = System.nanoTime();
        assertEquals(reason, assertThrows(EgressException.class, () -> egress.post(post)).reason());
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(took.compareTo(DEADLINE.minusMillis(20)) >= 0, "took " + took);
        assertTrue(took.compareTo(DEADLINE.plusSeconds(1)) < 0, "took " + took);
    }

    @ParameterizedTest
    @EnumSource
    void isGivenUpAtTheDeadline(Hang hang) throws IOException {
        try (RawServer server = RawServer.with((request, out) -> hang.on(out))) {
            givesUp(Reason.DEADLINE, resolving(InetAddress::getAllByName), post(server.uri(), EgressPolicy.DEFAULT));
            assertEquals(1, server.requests().size(), "a request that was sent is not sent again");
        }
    }

    @Test
    @DisplayName("is given up in its handshake, silent or dribbling")
    void handshake() throws IOException {
        // The beginning of a TLS record of 16 KiB that never ends.
        byte[] record = {22, 3, 3, 64, 0};
        List<RawServer.Conversation> conversations = List.of(
                (request, out) -> Thread.sleep(15_000),
                (request, out) -> {
                    out.write(record);
                    RawServer.dribble(out, '\2');
                });
        for (RawServer.Conversation conversation : conversations) {
            try (RawServer server = RawServer.deaf(conversation)) {
                givesUp(Reason.DEADLINE, resolving(InetAddress::getAllByName),
                        post(URI.create(server.uri().toString().replace("http:", "https:")), EgressPolicy.DEFAULT));
            }
        }
    }

    @Test
    @DisplayName("is given up when it takes no connection")
    void connect() throws IOException {
        // A listener that accepts nobody drops connections when its queue is full.
        List<Socket> waiting = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), full.getLocalPort());
            boolean isFull = false;
            for (int i = 0; i < 10 && !isFull; i++) {
                Socket socket = new Socket();
                waiting.add(socket);
                try {
                    socket.connect(address, 200);
                } catch (SocketTimeoutException e) {
                    isFull = true;
                }
            }
            assumeTrue(isFull, "this system's queue never fills");
            URI uri = URI.create("http://127.0.0.1:" + full.getLocalPort());
            givesUp(Reason.CONNECT, resolving(InetAddress::getAllByName), post(uri, EgressPolicy.DEFAULT));
            // The same behind a name with several addresses.
            givesUp(Reason.CONNECT, resolving(host -> new InetAddress[] {address.getAddress(), address.getAddress()}),
                    post(URI.create("http://gpu.example:" + full.getLocalPort()),
                            new EgressPolicy(Optional.empty(), Set.of("gpu.example"), Set.of())));
        } finally {
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }

    @Test
    @DisplayName("is given up when its name is not resolved")
    void slowNameService() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        Egress egress = resolving(host -> {
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return new InetAddress[] {InetAddress.getLoopbackAddress()};
        });
        try {
            givesUp(Reason.DEADLINE, egress, post(URI.create("https://slow.example"), EgressPolicy.DEFAULT));
        } finally {
            over.countDown();
        }
    }

    @Test
    @DisplayName("with nothing packed again and again does not take the stack away")
    void emptyGzip() throws IOException {
        String nothing = gzip(new byte[0]);
        assertEquals(20, nothing.length());
        try (RawServer server = RawServer.with((request, out) -> {
            out.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.write(nothing.repeat(40_000).getBytes(StandardCharsets.ISO_8859_1));
        })) {
            assertEquals(0, resolving(InetAddress::getAllByName).post(post(server.uri(), EgressPolicy.DEFAULT)).body().length);
        }
    }

    @Test
    @DisplayName("with a bomb of gzip is given up at the size, not at the end")
    void gzipBomb() throws IOException {
        byte[] bomb = gzip(new byte[1 << 26]).getBytes(StandardCharsets.ISO_8859_1);
        assertTrue(bomb.length < 100_000, "a thousandth of what it unpacks to");
        try (RawServer server = RawServer.with((request, out) -> {
            out.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.write(bomb);
        })) {
            EgressException e = assertThrows(EgressException.class,
                    () -> resolving(InetAddress::getAllByName).post(post(server.uri(), EgressPolicy.DEFAULT)));
            assertEquals(Reason.TOO_LARGE, e.reason());
            assertFalse(e.getMessage().isBlank());
        }
    }
}
