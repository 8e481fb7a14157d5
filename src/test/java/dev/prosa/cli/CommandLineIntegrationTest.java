package dev.prosa.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.prosa.cli.TestDatabase.TestTenant;
import dev.prosa.provider.ProviderException;
import dev.prosa.provider.TenantSecrets;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands against the database, with the operator's password in the address: a test cannot set the variables of
 * its own process.
 */
@EnabledIfEnvironmentVariable(named = TestDatabase.URL_VARIABLE, matches = ".+", disabledReason = TestDatabase.SKIP_REASON)
class CommandLineIntegrationTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    Path directory;

    @Test
    void createsATenantAnInboxAndKeys() throws Exception {
        String slug = "cli-" + UUID.randomUUID();
        String id = run("tenant", "create", "--name", "CLI Test", "--plan", "pro", "--slug", slug,
                "--settings", "{\"language\": \"english\"}").strip();
        assertEquals(id, UUID.fromString(id).toString());
        assertEquals("english", TestDatabase.admin("select value #>> '{}' from prosa.tenant_settings where tenant_id = ?::uuid and key = 'language'", id));

        JsonNode inbox = MAPPER.readTree(run("inbox", "create", "--tenant", slug, "--name", "front desk", "--default", "--json"));
        assertTrue(inbox.get("webhook_token").textValue().startsWith("prosa_" + id.replace("-", "")));
        assertEquals("front desk", TestDatabase.admin("select inbox_name from prosa.authenticate(?, 'webhook')", inbox.get("webhook_token").textValue()));

        String key = run("key", "create", "--tenant", id, "--name", "website").strip();
        assertEquals(id, TestDatabase.admin("select tenant_id from prosa.authenticate(?, 'api')", key));
        String second = run("key", "create", "--tenant", slug, "--name", "hook", "--scope", "webhook", "--inbox", "front desk").strip();
        assertEquals("front desk", TestDatabase.admin("select inbox_name from prosa.authenticate(?, 'webhook')", second));

        String tenants = run("tenant", "list");
        assertTrue(tenants.startsWith("ID "), tenants);
        assertTrue(tenants.contains(slug), tenants);
        JsonNode inboxes = MAPPER.readTree(run("inbox", "list", "--tenant", slug, "--json"));
        assertEquals(1, inboxes.size());
        assertTrue(inboxes.at("/0/is_default").booleanValue());
    }

    @Test
    void saysWhatTheDatabaseRefuses() {
        CommandRun plan = execute("tenant", "create", "--name", "x", "--plan", "gold");
        assertEquals(1, plan.exitCode());
        assertTrue(plan.err().contains("gold") && plan.err().contains("starter"), plan.err());
        CommandRun tenant = execute("inbox", "list", "--tenant", "no-such-tenant");
        assertEquals(1, tenant.exitCode());
        assertTrue(tenant.err().contains("prosa tenant list"), tenant.err());
        for (CommandRun run : List.of(plan, tenant)) {
            assertFalse(run.err().contains("\tat ") || run.err().contains("select "), run.err());
        }
    }

    @Test
    void saysThatALoginLacksTheRight() {
        CommandRun run = CommandRun.of(arguments(TestDatabase.gateway(), "tenant", "create", "--name", "x"));
        assertEquals(1, run.exitCode());
        assertTrue(run.err().contains("lacks the right"), run.err());
    }

    @Test
    void drainsTheQueueOnce() throws Exception {
        TestDatabase.ensurePlatformProvider();
        CommandRun run = CommandRun.of(arguments(TestDatabase.worker(), "worker", "--once", "--time-limit", "2m"));
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.out().startsWith("embedded "), run.out());
    }

    @Test
    void keepsSecretsThatTheWorkerAloneReads() throws Exception {
        Assumptions.assumeTrue("1".equals(TestDatabase.admin("select count(*) from prosa.key_store")), "the server has no key directory");
        TestTenant tenant = TestDatabase.createTenant("Secrets");
        String secret = "sk-" + UUID.randomUUID();
        Path file = Files.writeString(directory.resolve("secret"), secret + "\n");
        String masked = "••••" + secret.substring(secret.length() - 4);
        assertEquals(masked, run("secret", "set", "--tenant", tenant.slug(), "--name", "crm", "--file", file.toString()).strip());
        UUID provider = UUID.fromString(run("provider", "set", "--tenant", tenant.slug(), "--name", "openai", "--base-url", "https://llm.example/v1",
                "--chat-model", "m", "--file", file.toString()).strip());
        assertEquals("llm-openai", TestDatabase.admin("select secret_name from prosa.llm_providers where tenant_id = ? and id = ?", tenant.id(), provider));
        run("provider", "set", "--tenant", tenant.slug(), "--name", "openai", "--secret-name", "crm");
        JsonNode secrets = MAPPER.readTree(run("secret", "list", "--tenant", tenant.slug(), "--json"));
        assertEquals(masked, secrets.at("/0/masked").textValue());
        assertEquals("provider openai", secrets.at("/0/used_by/0").textValue());
        assertTrue(run("secret", "list", "--tenant", tenant.slug()).contains(masked));
        run("secret", "delete", "--tenant", tenant.slug(), "--name", "llm-openai");
        CommandRun used = execute("secret", "delete", "--tenant", tenant.slug(), "--name", "crm");
        assertEquals(1, used.exitCode());
        assertTrue(used.err().contains("in use"), used.err());

        assertEquals(secret, secrets(TestDatabase.worker()).reveal(tenant.id(), "crm"));
        for (ConnectionSettings login : List.of(TestDatabase.gateway(), TestDatabase.operator())) {
            ProviderException e = assertThrows(ProviderException.class, () -> secrets(login).reveal(tenant.id(), "crm"));
            assertEquals("42501", e.sqlState());
        }
        ProviderException absent = assertThrows(ProviderException.class, () -> secrets(TestDatabase.worker()).reveal(tenant.id(), "other"));
        assertEquals("22023", absent.sqlState());
        ConnectionSettings nowhere = new ConnectionSettings("jdbc:postgresql://127.0.0.1:9/none", "x", Optional.empty(), Map.of());
        ProviderException away = assertThrows(ProviderException.class, () -> secrets(nowhere).reveal(tenant.id(), "crm"));
        assertEquals("08001", away.sqlState());
        assertFalse(away.getMessage().contains("127.0.0.1"), away.getMessage());
    }

    private static TenantSecrets secrets(ConnectionSettings login) {
        return TenantSecrets.from(() -> DriverManager.getConnection(login.url(), login.properties("test", Duration.ofSeconds(10))));
    }

    private static String run(String... arguments) {
        CommandRun run = execute(arguments);
        assertEquals(0, run.exitCode(), run.err());
        assertEquals("", run.err());
        return run.out();
    }

    private static CommandRun execute(String... arguments) {
        return CommandRun.of(arguments(TestDatabase.operator(), arguments));
    }

    private static String[] arguments(ConnectionSettings settings, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        String url = settings.url() + settings.password()
                .map(password -> (settings.url().contains("?") ? "&" : "?") + "password="
                        + java.net.URLEncoder.encode(password, java.nio.charset.StandardCharsets.UTF_8))
                .orElse("");
        all.addAll(List.of("--url", url, "--user", settings.user()));
        return all.toArray(String[]::new);
    }
}
