package dev.prosa.egress;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.prosa.egress.EgressException.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Where a call may go")
class EgressPolicyTest {

    private static EgressPolicy allowing(String... hosts) {
        return new EgressPolicy(Optional.empty(), Set.of(hosts), Set.of());
    }

    /** What the policy says of an address whose host resolves to these, separated by spaces. */
    private static void check(EgressPolicy policy, String address, String resolved) throws UnknownHostException {
        Target target = Target.of(URI.create(address));
        List<InetAddress> addresses = new ArrayList<>();
        for (String one : resolved.split(" ")) {
            addresses.add(InetAddress.getByName(one));
        }
        policy.check(target);
        policy.check(target, addresses.toArray(InetAddress[]::new));
    }

    @ParameterizedTest(name = "{0} with [{1}] listed: {2}")
    @DisplayName("by http only to this machine and to what is listed")
    @CsvSource({
        "http://127.0.0.1:8080,     '',                        yes",
        "http://localhost,          '',                        yes",
        "http://LocalHost,          '',                        yes",
        "http://[::1]:9,            '',                        yes",
        "https://example.com,       '',                        yes",
        "http://example.com,        '',                        no",
        "http://127.0.0.2,          '',                        no",
        "http://[::ffff:127.0.0.1], '',                        no",
        "http://8.8.8.8,            '',                        no",
        "http://gpu:8000,           gpu,                       yes",
        "http://GPU:8000,           gpu:8000,                  yes",
        "http://gpu:8000,           Gpu:8000,                  yes",
        "http://gpu:8001,           gpu:8000,                  no",
        "http://gpu,                gpu:80,                    yes",
        "http://gpu,                gpu:443,                   no",
        "http://gpu.example,        gpu,                       no",
        "http://my.gpu,             gpu,                       no",
        "http://10.0.0.1,           10.0.0.2,                  no",
        "http://10.0.0.1,           10.0.0.1,                  yes",
        "http://[fd00::1]:8000,     [fd00::1],                 yes",
        "http://[fd00:0::1],        [fd00::1],                 no"})
    void scheme(String address, String listed, String verdict) {
        EgressPolicy policy = listed.isEmpty() ? EgressPolicy.DEFAULT : allowing(listed);
        if (verdict.equals("yes")) {
            assertDoesNotThrow(() -> policy.check(URI.create(address)));
        } else {
            EgressException e = assertThrows(EgressException.class, () -> policy.check(URI.create(address)));
            assertEquals(Reason.INVALID, e.reason());
            assertTrue(e.getMessage().contains("egress_allowed_hosts"), e.getMessage());
        }
    }

    @ParameterizedTest(name = "{0} at {1} with [{2}] listed: {3}")
    @DisplayName("by the addresses of its host, every one of them")
    @CsvSource({
        "https://api.example,       93.184.216.34,                   '',           yes",
        "https://api.example,       93.184.216.34 2606:2800:21f::1,  '',           yes",
        "https://api.example,       10.0.0.1,                        '',           no",
        "https://api.example,       127.0.0.1,                       '',           no",
        "https://api.example,       ::1,                             '',           no",
        "https://api.example,       ::ffff:127.0.0.1,                '',           no",
        "https://api.example,       93.184.216.34 10.0.0.1,          '',           no",
        "https://api.example,       10.0.0.1 93.184.216.34,          '',           no",
        "https://api.example,       93.184.216.34 169.254.169.254,   '',           no",
        "https://api.example,       100.64.0.1,                      '',           no",
        "https://api.example,       fd12::1,                         '',           no",
        "https://api.example,       0.0.0.0,                         '',           no",
        "https://10.0.0.1,          10.0.0.1,                        '',           no",
        "https://127.0.0.2,         127.0.0.2,                       '',           no",
        "https://[0:0:0:0:0:0:0:1], ::1,                             '',           no",
        "https://0.0.0.0,           0.0.0.0,                         '',           no",
        "https://localhost,         127.0.0.1 ::1,                   '',           yes",
        "https://localhost,         93.184.216.34,                   '',           no",
        "https://localhost,         127.0.0.1 10.0.0.1,              '',           no",
        "https://localhost,         10.0.0.1,                        localhost,    no",
        "https://127.0.0.1,         127.0.0.1,                       '',           yes",
        "https://api.example,       10.0.0.1,                        api.example,  yes",
        "https://api.example,       127.0.0.1,                       api.example,  yes",
        "https://api.example,       ::ffff:10.0.0.1,                 api.example,  yes",
        "https://api.example,       100.64.0.1 fd12::1 93.184.1.1,   api.example,  yes",
        "https://api.example,       10.0.0.1,                        api.example:443,  yes",
        "https://api.example,       10.0.0.1,                        api.example:8443, no",
        "https://api.example,       10.0.0.1,                        other.example, no",
        "https://api.example,       169.254.169.254,                 api.example,  no",
        "https://api.example,       10.0.0.1 169.254.170.2,          api.example,  no",
        "https://api.example,       100.100.100.200,                 api.example,  no",
        "https://api.example,       fd00:ec2::254,                   api.example,  no",
        "https://api.example,       fe80::1,                         api.example,  no",
        "https://api.example,       64:ff9b::a9fe:a9fe,              api.example,  no",
        "https://api.example,       224.0.0.1,                       api.example,  no",
        "https://api.example,       255.255.255.255,                 api.example,  no",
        "https://api.example,       0.0.0.0,                         api.example,  no",
        "https://api.example,       ::,                              api.example,  no",
        "https://api.example,       240.0.0.1,                       api.example,  no",
        "https://169.254.169.254,   169.254.169.254,                 169.254.169.254, no"})
    void addresses(String address, String resolved, String listed, String verdict) throws UnknownHostException {
        EgressPolicy policy = listed.isEmpty() ? EgressPolicy.DEFAULT : allowing(listed);
        if (verdict.equals("yes")) {
            check(policy, address, resolved);
        } else {
            EgressException e = assertThrows(EgressException.class, () -> check(policy, address, resolved));
            assertEquals(Reason.REFUSED, e.reason());
        }
    }

    @Test
    @DisplayName("never to a refused port of this machine, whatever is listed")
    void refusedPort() throws Exception {
        EgressPolicy policy = new EgressPolicy(Optional.empty(), Set.of("db", "127.0.0.2", "[fd00::1]"), Set.of(5432, 6432));
        for (String address : List.of("http://127.0.0.1:5432", "https://localhost:5432", "http://[::1]:6432", "http://db:5432",
                "http://127.0.0.2:5432")) {
            String resolved = address.contains("[") ? "::1" : address.contains("2:") ? "127.0.0.2" : "127.0.0.1";
            EgressException e = assertThrows(EgressException.class, () -> check(policy, address, resolved), address);
            assertEquals(Reason.REFUSED, e.reason());
            assertTrue(e.getMessage().contains("database server"), e.getMessage());
        }
        check(policy, "http://127.0.0.1:5433", "127.0.0.1");
        // Another machine may have such a port.
        check(policy, "http://db:5432", "10.255.255.254");
        check(policy, "https://api.example:5432", "93.184.216.34");
    }

    @Test
    @DisplayName("nor by this machine's addresses on its networks")
    void refusedPortOnTheNetwork() throws Exception {
        Optional<InetAddress> own = NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses)
                .filter(address -> AddressRule.judge(address).kind() != AddressRule.Kind.FORBIDDEN && !address.isLoopbackAddress())
                .findFirst();
        assumeTrue(own.isPresent(), "this machine has no address but loopback");
        EgressPolicy policy = new EgressPolicy(Optional.empty(), Set.of("db"), Set.of(5432));
        Target target = new Target(false, "db", 5432);
        assertThrows(EgressException.class, () -> policy.check(target, new InetAddress[] {own.get()}));
        policy.check(new Target(false, "db", 5433), new InetAddress[] {own.get()});
    }

    @Test
    void saysWhatToDo() {
        EgressException e = assertThrows(EgressException.class,
                () -> check(EgressPolicy.DEFAULT, "https://gpu.internal:8000", "10.0.0.7"));
        assertEquals("no call to gpu.internal:8000: it resolves to 10.0.0.7, a private address: if it is an endpoint of "
                + "yours, list \"gpu.internal:8000\" in egress_allowed_hosts", e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "*", "*.example", "https://gpu", "gpu/", "gpu:", "gpu:0", "gpu:65536", "gpu:x", "gpu:1:2",
        "::1", "[::1", "fd00::1", "[fe80::1%eth0]", "10.0.0.0/8", "10.0.0.01", "127.1", "gpu.", "münchen", "a b", "a_b"})
    void isListedHostByHost(String entry) {
        assertEquals(Reason.INVALID, assertThrows(EgressException.class, () -> allowing(entry)).reason());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 65_536})
    void refusesPortsThatExist(int port) {
        assertThrows(EgressException.class, () -> new EgressPolicy(Optional.empty(), Set.of(), Set.of(port)));
    }

    // ---- over sockets: a name that is bound to this machine behind the check

    private static Egress resolving(Resolver.Lookup lookup) {
        return new Egress(1000, 8, Optional.empty(), lookup, Optional.empty());
    }

    private static InetAddress[] all(String... addresses) throws UnknownHostException {
        InetAddress[] all = new InetAddress[addresses.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = InetAddress.getByName(addresses[i]);
        }
        return all;
    }

    private static Post post(RawServer server, String host, EgressPolicy policy) {
        URI uri = URI.create(server.uri().toString().replace("127.0.0.1", host));
        return new Post(uri, policy, Map.of(), "{}", Duration.ofSeconds(10), 3, Duration.ofMillis(10));
    }

    @Test
    @DisplayName("is checked before anything is connected to")
    void nothingIsSent() throws IOException {
        try (RawServer server = RawServer.saying("HTTP/1.1 200 OK\r\n\r\nx")) {
            EgressPolicy http = allowing("rebound.example:1");
            for (String address : List.of("127.0.0.1", "::1", "::ffff:127.0.0.1", "0.0.0.0", "::")) {
                Egress egress = resolving(host -> all("93.184.216.34", address));
                URI uri = URI.create(server.uri().toString().replace("http", "https").replace("127.0.0.1", "rebound.example"));
                EgressException e = assertThrows(EgressException.class, () -> egress.post(new Post(uri, http, Map.of(), "{}",
                        Duration.ofSeconds(10), 3, Duration.ofMillis(10))));
                assertEquals(Reason.REFUSED, e.reason(), address);
            }
            assertEquals(0, server.connections());
        }
    }

    @Test
    @DisplayName("is looked up once, and the addresses that were checked are the ones that are called")
    void lookedUpOnce() throws IOException {
        try (RawServer server = RawServer.saying("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")) {
            List<String> lookups = new ArrayList<>();
            Egress egress = resolving(host -> {
                lookups.add(host);
                return all(lookups.size() == 1 ? "127.0.0.1" : "169.254.169.254");
            });
            assertEquals(503, egress.post(post(server, "gpu.example", allowing("gpu.example"))).status());
            assertEquals(List.of("gpu.example"), lookups);
            assertEquals(3, server.requests().size());
        }
    }

    @Test
    @DisplayName("and the next call is checked anew")
    void reboundBetweenCalls() throws IOException {
        try (RawServer server = RawServer.saying("HTTP/1.1 200 OK\r\n\r\nx")) {
            List<String> answers = new ArrayList<>(List.of("127.0.0.1", "169.254.169.254"));
            Egress egress = resolving(host -> all(answers.remove(0)));
            Post post = post(server, "gpu.example", allowing("gpu.example"));
            assertEquals(200, egress.post(post).status());
            assertEquals(Reason.REFUSED, assertThrows(EgressException.class, () -> egress.post(post)).reason());
            assertEquals(1, server.requests().size());
        }
    }

    @Test
    @DisplayName("sends the name of a listed host, not its address")
    void hostHeader() throws IOException {
        try (RawServer server = RawServer.saying("HTTP/1.1 200 OK\r\n\r\nx")) {
            resolving(host -> all("127.0.0.1")).post(post(server, "gpu.example", allowing("gpu.example")));
            String request = server.requests().get(0);
            assertTrue(request.contains("\r\nHost: gpu.example:" + server.uri().getPort() + "\r\n"), request);
        }
    }

    @Test
    @DisplayName("reaches no listener of this machine by any text but the three, whoever resolves it")
    void theSystemsResolver() throws IOException {
        try (RawServer server = RawServer.saying("HTTP/1.1 200 OK\r\n\r\nx")) {
            Egress egress = new Egress();
            Set<Reason> reasons = Arrays.stream(new String[] {"127.0.0.2", "127.1", "2130706433", "0x7f.1", "0177.0.0.1",
                "0.0.0.0", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]", "[0:0::1]", "[::127.0.0.1]", "127.0.0.1.",
                "localhost."}).map(host -> {
                    URI uri = URI.create(server.uri().toString().replace("http", "https").replace("127.0.0.1", host));
                    return assertThrows(EgressException.class, () -> egress.post(new Post(uri, EgressPolicy.DEFAULT, Map.of(),
                            "{}", Duration.ofSeconds(10), 1, Duration.ZERO)), host).reason();
                }).collect(Collectors.toSet());
            assertEquals(Set.of(Reason.INVALID, Reason.REFUSED), reasons);
            assertEquals(0, server.connections());
            assertEquals(200, egress.post(post(server, "127.0.0.1", EgressPolicy.DEFAULT)).status());
        }
    }
}
