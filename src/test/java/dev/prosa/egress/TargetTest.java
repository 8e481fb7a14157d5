package dev.prosa.egress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.prosa.egress.EgressException.Reason;
import java.net.URI;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An address")
class TargetTest {

    @ParameterizedTest
    @CsvSource({
        "https://api.example.com/v1,         true,  api.example.com,  443",
        "HTTPS://API.Example.COM:8443,       true,  api.example.com,  8443",
        "http://localhost:8080/v1,           false, localhost,        8080",
        "http://127.0.0.1/,                  false, 127.0.0.1,        80",
        "https://0.0.0.0,                    true,  0.0.0.0,          443",
        "https://[::1]:1,                    true,  [::1],            1",
        "https://[2001:DB8::A],              true,  [2001:db8::a],    443",
        "https://[::ffff:10.0.0.1],          true,  [::ffff:10.0.0.1], 443",
        "https://gpu,                        true,  gpu,              443",
        "https://3com.example,               true,  3com.example,     443",
        "https://xn--mnchen-3ya.example,     true,  xn--mnchen-3ya.example, 443",
        "https://a-b.c0,                     true,  a-b.c0,           443"})
    void leadsToAHost(String address, boolean isTls, String host, int port) {
        assertEquals(new Target(isTls, host, port), Target.of(URI.create(address)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @DisplayName("of another form is refused, not interpreted")
    @CsvSource({
        "https://2130706433/,                one decimal number",
        "https://0x7f000001/,                one hexadecimal number",
        "https://017700000001/,              one octal number",
        "https://0177.0.0.1/,                an octal part",
        "https://0x7f.0.0.1/,                a hexadecimal part",
        "https://127.0.0.01/,                a leading zero",
        "https://127.1/,                     two parts",
        "https://127.0.1/,                   three parts",
        "https://127.0.0.1.1/,               five parts",
        "https://127.0.0.256/,               a part beyond 255",
        "https://127.0.0.1./,                a trailing dot",
        "https://localhost./,                a trailing dot",
        "https://example.com./,              a trailing dot",
        "https://example..com/,              an empty label",
        "https://.example.com/,              an empty label",
        "https://a_b.example/,               an underscore",
        "https://-a.example/,                a hyphen at the beginning",
        "https://a-.example/,                a hyphen at the end",
        "https://example.0x7f/,              a name that ends in a number",
        "https://example.1/,                 a name that ends in a number",
        "https://*.example/,                 a wildcard",
        "https://127%2e0.0.1/,               percent-encoding",
        "https://%31%32%37.0.0.1/,           percent-encoding",
        "https://１２７.0.0.1/,                full-width digits",
        "https://127。0。0。1/,                 ideographic full stops",
        "https://ⓛocalhost/,                 a circled letter",
        "https://münchen.example/,           letters beyond ASCII",
        "https://[fe80::1%25eth0]/,          a zone",
        "https://[fe80::1%eth0]/,            a zone",
        "https://[::1%1]/,                   a zone",
        "https:///path,                      no host",
        "https:opaque,                       no host",
        "/path,                              no scheme",
        "ftp://example.com/,                 another scheme",
        "file:///etc/passwd,                 another scheme",
        "gopher://127.0.0.1:5432/,           another scheme",
        "jar:https://example.com/x!/,        another scheme",
        "https://user:hush@example.com/,     credentials",
        "https://hush@127.0.0.1/,            credentials",
        "https://example.com:0/,             port 0",
        "https://example.com:65536/,         a port beyond 65535"})
    void isRefused(String address, String why) {
        EgressException e = assertThrows(EgressException.class, () -> Target.of(URI.create(address)), why);
        assertEquals(Reason.INVALID, e.reason());
        assertFalse(e.getMessage().contains("hush"), e.getMessage());
    }

    @Test
    void isOfTheLengthOfAName() {
        String label = "a".repeat(63);
        assertTrue(Target.isHost(label + "." + label + "." + label + "." + "a".repeat(61)));
        assertFalse(Target.isHost(label + "." + label + "." + label + "." + "a".repeat(62)));
        assertFalse(Target.isHost(label + "a"));
        assertFalse(Target.isHost(""));
        assertFalse(Target.isHost("a".repeat(1_000_000)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1", "http://[::1]", "http://localhost", "http://LOCALHOST"})
    void meansThisMachine(String address) {
        assertTrue(Target.of(URI.create(address)).isThisMachine());
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.2", "http://127.1.1.1", "http://[0:0:0:0:0:0:0:1]", "http://[::ffff:127.0.0.1]",
        "http://0.0.0.0", "http://[::]", "http://localhost.localdomain", "http://a.localhost", "http://127.0.0.1.nip.io"})
    void doesNotMeanThisMachineByAnyOtherText(String address) {
        assertFalse(Target.of(URI.create(address)).isThisMachine());
    }
}
