package dev.prosa.egress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.prosa.egress.EgressException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The HTTP client over TLS")
class TlsTest {

    @TempDir
    static Path directory;
    private static SSLContext tls;
    private static HttpsServer server;

    @BeforeAll
    static void start() throws Exception {
        Path store = directory.resolve("store.p12");
        // A certificate for the name localhost alone, so that 127.0.0.1 is a wrong name.
        Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-alias", "a", "-keyalg", "EC", "-dname", "CN=localhost", "-ext", "san=dns:localhost",
                "-validity", "2", "-storetype", "PKCS12", "-keystore", store.toString(), "-storepass", "changeit")
                .redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes());
        assertEquals(0, keytool.waitFor(), said);

        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "changeit".toCharArray());
        }
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, "changeit".toCharArray());
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(keys);
        tls = SSLContext.getInstance("TLS");
        tls.init(own.getKeyManagers(), trusted.getTrustManagers(), null);

        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                exchange.sendResponseHeaders(200, 2);
                exchange.getResponseBody().write("ok".getBytes());
            }
        });
        server.start();
    }

    @AfterAll
    static void stop() {
        server.stop(0);
    }

    private static Post post(String host) {
        return new Post(URI.create("https://" + host + ":" + server.getAddress().getPort() + "/"), EgressPolicy.DEFAULT, Map.of(), "{}",
                Duration.ofSeconds(20), 3, Duration.ofMillis(10));
    }

    private static Egress trusting() {
        return new Egress(1000, 8, Optional.empty(), InetAddress::getAllByName, Optional.of(tls.getSocketFactory()));
    }

    @Test
    void talksToATrustedEndpoint() {
        Egress egress = trusting();
        assertEquals("ok", new String(egress.post(post("localhost")).body()));
    }

    @Test
    void refusesAnUntrustedCertificate() {
        EgressException e = assertThrows(EgressException.class, () -> new Egress().post(post("localhost")));
        assertEquals(Reason.CONNECT, e.reason());
        assertTrue(e.getMessage().contains("no secure connection"), e.getMessage());
    }

    @Test
    void refusesACertificateOfAnotherName() {
        Egress egress = trusting();
        EgressException e = assertThrows(EgressException.class, () -> egress.post(post("127.0.0.1")));
        assertEquals(Reason.CONNECT, e.reason());
    }

    @Test
    @DisplayName("keeps the total time against a handshake that never ends")
    void hungHandshake() throws IOException {
        try (RawServer hung = RawServer.deaf((request, out) -> Thread.sleep(30_000))) {
            long start = System.nanoTime();
            EgressException e = assertThrows(EgressException.class, () -> new Egress().post(new Post(
                    URI.create(hung.uri().toString().replace("http:", "https:")), EgressPolicy.DEFAULT, Map.of(), "{}",
                    Duration.ofMillis(400), 1, Duration.ZERO)));
            assertEquals(Reason.DEADLINE, e.reason());
            assertTrue(System.nanoTime() - start < 5_000_000_000L);
        }
    }
}
