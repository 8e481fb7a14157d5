package dev.prosa.worker;

import static dev.prosa.cli.TestDatabase.admin;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.zaxxer.hikari.HikariDataSource;
import dev.prosa.cli.ConnectionSettings;
import dev.prosa.cli.Pools;
import dev.prosa.cli.TestDatabase;
import dev.prosa.cli.TestDatabase.TestTenant;
import dev.prosa.provider.TenantSecrets;
import dev.prosa.worker.EmbeddingStub.Reply;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Workers and the procedure inside the database, at one queue and one endpoint at the same time. */
@EnabledIfEnvironmentVariable(named = TestDatabase.URL_VARIABLE, matches = ".+", disabledReason = TestDatabase.SKIP_REASON)
class SharedQueueIntegrationTest {

    private static final int TIMEOUT_MS = 1_000;

    private final ExecutorService executor = Executors.newCachedThreadPool();
    /** How often each text was answered with a vector. */
    private final Map<String, AtomicInteger> embedded = new ConcurrentHashMap<>();

    private HikariDataSource pool;
    private Jdbi jdbi;
    private EmbeddingStub stub;
    private final List<TestTenant> tenants = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        TestDatabase.ensurePlatformProvider();
        pool = Pools.forWorker(TestDatabase.worker(), 8);
        jdbi = Pools.jdbi(pool);
        stub = new EmbeddingStub();
        stub.behave(this::embed);
        for (int i = 0; i < 3; i++) {
            TestTenant tenant = TestDatabase.createTenant("Shared queue " + i);
            TestDatabase.setProvider(tenant, Optional.of(stub.url()), Optional.empty(), EmbeddingStub.MODEL, TIMEOUT_MS);
            tenants.add(tenant);
        }
    }

    @AfterEach
    void stop() throws Exception {
        stub.behave(this::embed);
        admin("select prosa.resume_embeddings()");
        drain();
        // the next test's workers shall not look for this one's endpoint
        admin("delete from prosa.embedding_queue where tenant_id in (?, ?, ?) returning 1", ids());
        executor.shutdownNow();
        stub.close();
        pool.close();
    }

    @Test
    void callsTheEndpointOnceForEachTextWhileBothWork() throws Exception {
        assumeTrue(hasJava(), "the database has no Java routines that may open a socket");
        record(200);
        AtomicInteger inside = new AtomicInteger();
        stub.behave(texts -> {
            // so that they meet
            Thread.sleep(20);
            return embed(texts);
        });
        try (Worker worker = worker()) {
            List<Future<Integer>> procedures = List.of(executor.submit(procedure(inside)), executor.submit(procedure(inside)));
            worker.start();
            for (Future<Integer> procedure : procedures) {
                procedure.get(1, TimeUnit.MINUTES);
            }
            await(() -> waiting() == 0);
        }
        assertEquals(600, stored());
        assertEquals(600, embedded.size());
        assertEquals(List.of(), embedded.entrySet().stream().filter(e -> e.getValue().get() != 1).toList());
    }

    @Test
    void losesNothingWhenTheEndpointIsBusyThenFailsThenHangs() throws Exception {
        boolean hasJava = hasJava();
        record(40);
        AtomicInteger inside = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(1);
        try (Worker worker = worker()) {
            stub.behave(texts -> new Reply(429, 1));
            worker.start();
            Future<?> procedures = executor.submit((Callable<Integer>) () -> {
                while (hasJava && done.getCount() > 0) {
                    procedure(inside).call();
                    done.await(100, TimeUnit.MILLISECONDS);
                }
                return 0;
            });
            await(() -> stub.calls() >= 2);
            assertTrue(stub.calls() < 10, "calls of a busy endpoint: " + stub.calls());
            phase(texts -> Reply.error(500));
            phase(texts -> {
                Thread.sleep(5L * TIMEOUT_MS);
                return Reply.error(500);
            });
            stub.behave(this::embed);
            admin("select prosa.resume_embeddings()");
            await(() -> waiting() == 0);
            done.countDown();
            procedures.get(1, TimeUnit.MINUTES);
        }
        assertEquals(120, stored());
        embedded.remove("ok");
        assertEquals(120, embedded.size());
        assertEquals(List.of(), embedded.entrySet().stream().filter(e -> e.getValue().get() != 1).toList());
        assertEquals(null, admin("select string_agg(last_error, '; ') from prosa.embedding_queue where tenant_id in (?, ?, ?)", ids()));
    }

    @Test
    void oneCallerFindsOutWhetherAnEndpointIsBack() throws Exception {
        record(20);
        stub.behave(texts -> Reply.error(503));
        drain();
        assertEquals(1, stub.calls());
        admin("update prosa.embedding_circuits set open_until = clock_timestamp() where endpoint like ? returning 1", "%" + stub.authority() + "%");
        admin("update prosa.embedding_turns set held_until = '-infinity' where tenant_id in (?, ?, ?) returning 1", ids());
        CountDownLatch called = new CountDownLatch(1);
        CountDownLatch proceed = new CountDownLatch(1);
        List<Integer> sizes = new ArrayList<>();
        stub.behave(texts -> {
            sizes.add(texts.size());
            called.countDown();
            proceed.await(800, TimeUnit.MILLISECONDS);
            return embed(texts);
        });
        Future<?> prober = executor.submit(this::drain);
        assertTrue(called.await(20, TimeUnit.SECONDS));
        drain();
        assertEquals(2, stub.calls(), "the others leave it alone meanwhile");
        assertEquals(List.of(1), sizes, "one text finds out");
        assertEquals("probing", admin("""
                select max(endpoint_state) from prosa.embedding_queue_status where endpoint_state <> 'paused' and tenant_id in (?, ?, ?)""", ids()));
        proceed.countDown();
        prober.get(1, TimeUnit.MINUTES);
        await(() -> {
            drain();
            return waiting() == 0;
        });
        assertEquals("0", admin("select count(*) from prosa.embedding_circuits where endpoint like ?", "%" + stub.authority() + "%"));
        assertEquals(60, stored());
    }

    @Test
    void isolatesAPoisonByHalving() throws Exception {
        TestTenant tenant = tenants.get(0);
        record(tenant, 63);
        record(tenant, "poison", 1);
        stub.behave(texts -> texts.stream().anyMatch(text -> text.contains("poison")) ? Reply.error(400) : embed(texts));
        drain();
        assertEquals(63, stored());
        // the batch, and two halves for each binary digit of its size
        assertTrue(stub.calls() <= 1 + 2 * 6, "calls: " + stub.calls());
    }

    @Test
    void isolatesAPoisonByHalvingInsideTheDatabase() throws Exception {
        assumeTrue(hasJava(), "the database has no Java routines that may open a socket");
        TestTenant tenant = tenants.get(0);
        record(tenant, 63);
        record(tenant, "poison", 1);
        // a status that may be the endpoint's fault as well: one word more tells
        stub.behave(texts -> texts.stream().anyMatch(text -> text.contains("poison")) ? Reply.error(500) : embed(texts));
        call("call prosa.process_embedding_queue(64)");
        assertEquals(63, stored());
        assertTrue(stub.calls() <= 2 + 2 * 6, "calls: " + stub.calls());
        assertEquals("1", admin("select attempts from prosa.embedding_queue where tenant_id = ?", tenant.id()));
        assertEquals(1, embedded.remove("ok").get());
    }

    @Test
    void leavesABusyEndpointAloneInsideTheDatabase() throws Exception {
        assumeTrue(hasJava(), "the database has no Java routines that may open a socket");
        record(100);
        stub.behave(texts -> new Reply(429, 600));
        call("call prosa.process_embedding_queue(16)");
        assertEquals(1, stub.calls());
        assertEquals(300, waiting());
        assertEquals("t", admin("select open_until > now() + interval '9 minutes' from prosa.embedding_circuits where endpoint like ?", "%" + stub.authority() + "%"));
        drain();
        assertEquals(1, stub.calls(), "the worker leaves it alone, too");
        assertEquals("0", admin("select max(attempts) from prosa.embedding_queue where tenant_id in (?, ?, ?)", ids()));
    }

    private Reply embed(List<String> texts) {
        texts.forEach(text -> embedded.computeIfAbsent(text, t -> new AtomicInteger()).incrementAndGet());
        return Reply.OK;
    }

    /** The endpoint behaves so until it was called again; a pause that an earlier failure led to ends. */
    private void phase(EmbeddingStub.Behaviour behaviour) throws Exception {
        int before = stub.calls();
        stub.behave(behaviour);
        admin("select prosa.resume_embeddings()");
        await(() -> stub.calls() >= before + 2);
        // the batches that are under way end
        Thread.sleep(3L * TIMEOUT_MS);
    }

    private Worker worker() {
        return new Worker(jdbi, TenantSecrets.from(pool::getConnection),
                new WorkerSettings(16, 2, Duration.ofMillis(10), Duration.ofMillis(100), Duration.ofMinutes(2)));
    }

    private Worker.Drained drain() {
        return new Worker(jdbi, TenantSecrets.from(pool::getConnection), WorkerSettings.DEFAULT).drain(Duration.ofMinutes(1));
    }

    private static Callable<Integer> procedure(AtomicInteger runs) {
        return () -> {
            call("call prosa.process_embedding_queue(16, '5 seconds')");
            return runs.incrementAndGet();
        };
    }

    private static void call(String statement) throws SQLException {
        ConnectionSettings settings = TestDatabase.worker();
        try (Connection connection = DriverManager.getConnection(settings.url(), settings.user(), settings.password().orElse(null));
                Statement sql = connection.createStatement()) {
            sql.execute(statement);
        }
    }

    private static boolean hasJava() throws SQLException {
        return "t".equals(admin("""
                select to_regprocedure('prosa._java_embed(text)') is not null
                       and coalesce(current_setting('pljava.policy_urls', true), '') like '%prosa.policy%'"""));
    }

    private void record(int each) throws Exception {
        for (TestTenant tenant : tenants) {
            record(tenant, each);
        }
    }

    private static void record(TestTenant tenant, int count) throws Exception {
        record(tenant, "text of " + tenant.slug(), count);
    }

    private static void record(TestTenant tenant, String prefix, int count) throws Exception {
        String contact = TestDatabase.inTenant(tenant.id(), "select prosa.get_or_create_contact('5511944440000', 'Ana')");
        String conversation = TestDatabase.inTenant(tenant.id(),
                "select prosa.get_or_create_conversation((select id from prosa.inboxes where tenant_id = ? and is_default), ?::uuid)",
                tenant.id(), contact);
        TestDatabase.inTenant(tenant.id(), """
                select count(*) from prosa.record_messages((
                    select jsonb_agg(jsonb_build_object('conversation_id', ?, 'role', 'user', 'content', ? || ' ' || n))
                      from generate_series(1, ?) n))""", conversation, prefix, count);
    }

    private Object[] ids() {
        return tenants.stream().map(TestTenant::id).toArray();
    }

    private int stored() throws Exception {
        return Integer.parseInt(admin("select count(*) from prosa.embeddings where tenant_id in (?, ?, ?)", ids()));
    }

    /** What waits to be embedded; a message just recorded waits in the outbox first. */
    private int waiting() throws Exception {
        return Integer.parseInt(admin("""
                select sum((select count(*) from prosa.embedding_queue q where q.tenant_id = t.id)
                           + (select count(*) from prosa.message_outbox o where o.tenant_id = t.id))
                  from prosa.tenants t where t.id in (?, ?, ?)""", ids()));
    }

    private interface Check {
        boolean holds() throws Exception;
    }

    private static void await(Check check) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!check.holds()) {
            assertFalse(System.nanoTime() > end, "it did not happen within 60 s");
            Thread.sleep(50);
        }
    }
}
