package dev.prosa.worker;

import static dev.prosa.cli.TestDatabase.admin;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.zaxxer.hikari.HikariDataSource;
import dev.prosa.cli.Pools;
import dev.prosa.cli.TestDatabase;
import dev.prosa.cli.TestDatabase.TestTenant;
import dev.prosa.worker.EmbeddingStub.Reply;
import dev.prosa.provider.TenantSecrets;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

@EnabledIfEnvironmentVariable(named = TestDatabase.URL_VARIABLE, matches = ".+", disabledReason = TestDatabase.SKIP_REASON)
class WorkerIntegrationTest {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    private HikariDataSource pool;
    private Jdbi jdbi;
    private EmbeddingStub stub;
    private TestTenant tenant;

    @BeforeEach
    void start() throws Exception {
        TestDatabase.ensurePlatformProvider();
        pool = Pools.forWorker(TestDatabase.worker(), 5);
        jdbi = Pools.jdbi(pool);
        stub = new EmbeddingStub();
        tenant = TestDatabase.createTenant("Worker test");
        TestDatabase.setProvider(tenant, Optional.of(stub.url()), Optional.empty(), EmbeddingStub.MODEL, 2_000);
    }

    @AfterEach
    void stop() throws Exception {
        stub.behave(texts -> Reply.OK);
        makeDue();
        worker().drain(LIMIT);
        stub.close();
        pool.close();
    }

    @Test
    void drainsTheQueueInBatches() throws Exception {
        record(150, "text ");
        Worker.Drained drained = worker().drain(LIMIT);
        assertTrue(drained.isEmpty());
        assertEquals(150, embedded());
        assertEquals(0, queued());
        assertTrue(stub.calls() <= 6, "calls: " + stub.calls());
    }

    @Test
    void waitsAsLongAsTheEndpointAsksWithoutCountingAnAttempt() throws Exception {
        record(5, "text ");
        stub.behave(texts -> new Reply(429, 600));
        worker().drain(LIMIT);
        assertEquals(5, queued());
        assertEquals("0", admin("select max(attempts) from prosa.embedding_queue where tenant_id = ?", tenant.id()));
        assertEquals("t", admin("select open_until > now() + interval '9 minutes' from prosa.embedding_circuits where endpoint like ?", "%" + stub.authority() + "%"));
        assertEquals("paused", admin("select endpoint_state from prosa.embedding_queue_status where tenant_id = ?", tenant.id()));
        assertTrue(admin("select max(last_error) from prosa.embedding_queue where tenant_id = ?", tenant.id()).contains("429"));
    }

    @Test
    void callsAnEndpointThatAskedToWaitNoMoreForItsOtherItems() throws Exception {
        record(200, "text ");
        stub.behave(texts -> new Reply(503, 600));
        worker().drain(LIMIT);
        assertEquals(200, queued());
        assertTrue(stub.calls() <= 2, "calls: " + stub.calls());
    }

    @Test
    void failsTheItemAtFaultAlone() throws Exception {
        record(40, "text ");
        record(1, "poison ");
        record(40, "more ");
        stub.behave(texts -> texts.stream().anyMatch(text -> text.contains("poison")) ? Reply.error(400) : Reply.OK);
        worker().drain(LIMIT);
        assertEquals(80, embedded());
        assertEquals(1, queued());
        assertEquals("1", admin("select attempts from prosa.embedding_queue where tenant_id = ?", tenant.id()));
        assertTrue(admin("select last_error from prosa.embedding_queue where tenant_id = ?", tenant.id()).contains("stub says 400"));
        assertTrue(stub.calls() < 20, "calls: " + stub.calls());
    }

    @Test
    void givesUpOnAnItemAfterItsLastAttempt() throws Exception {
        record(1, "poison ");
        stub.behave(texts -> Reply.error(400));
        for (int attempt = 1; attempt <= 5; attempt++) {
            makeDue();
            worker().drain(LIMIT);
            assertEquals(String.valueOf(attempt), admin("select attempts from prosa.embedding_queue where tenant_id = ?", tenant.id()));
        }
        int calls = stub.calls();
        makeDue();
        worker().drain(LIMIT);
        assertEquals(calls, stub.calls());
        assertEquals("t", admin("select failed_at is not null from prosa.embedding_queue where tenant_id = ?", tenant.id()));
    }

    @Test
    void findsTheItemThatBreaksTheEndpoint() throws Exception {
        record(6, "text ");
        record(1, "poison ");
        record(5, "more ");
        stub.behave(texts -> texts.stream().anyMatch(text -> text.contains("poison")) ? Reply.error(500) : Reply.OK);
        worker().drain(LIMIT);
        assertEquals(11, embedded());
        assertEquals("1", admin("select attempts from prosa.embedding_queue where tenant_id = ?", tenant.id()));
    }

    @Test
    void keepsTheItemsOfAnEndpointThatFails() throws Exception {
        record(20, "text ");
        stub.behave(texts -> Reply.error(500));
        worker().drain(LIMIT);
        assertEquals(20, queued());
        assertEquals("0", admin("select max(attempts) from prosa.embedding_queue where tenant_id = ?", tenant.id()));
        stub.behave(texts -> Reply.OK);
        makeDue();
        worker().drain(LIMIT);
        assertEquals(20, embedded());
    }

    @Test
    void keepsTheItemsOfAnEndpointWithAWrongKey() throws Exception {
        record(3, "text ");
        stub.behave(texts -> Reply.error(401));
        worker().drain(LIMIT);
        assertEquals(3, queued());
        assertEquals("0", admin("select max(attempts) from prosa.embedding_queue where tenant_id = ?", tenant.id()));
    }

    @Test
    void doesNotWaitForAnEndpointThatHangs() throws Exception {
        record(10, "text ");
        stub.behave(texts -> {
            Thread.sleep(20_000);
            return Reply.OK;
        });
        long start = System.nanoTime();
        worker().drain(LIMIT);
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(took.compareTo(Duration.ofSeconds(10)) < 0, "took " + took);
        assertEquals(10, queued());
    }

    @Test
    void keepsServingOthersWhileAnEndpointIsDown() throws Exception {
        TestTenant other = TestDatabase.createTenant("Worker test, other");
        TestDatabase.setProvider(other, Optional.of("http://127.0.0.1:9/v1"), Optional.empty(), "dead", 2_000);
        record(other, 100, "dead ");
        record(100, "alive ");
        worker().drain(LIMIT);
        assertEquals(100, embedded());
        assertEquals("100", admin("select count(*) from prosa.embedding_queue where tenant_id = ?", other.id()));
        TestDatabase.setProvider(other, Optional.of(stub.url()), Optional.empty(), EmbeddingStub.MODEL, 2_000);
    }

    @Test
    void callsAnEndpointThatIsDownOnceForAllOfItsTenants() throws Exception {
        for (int i = 0; i < 3; i++) {
            TestTenant other = TestDatabase.createTenant("Worker test, other " + i);
            TestDatabase.setProvider(other, Optional.of(stub.url()), Optional.empty(), EmbeddingStub.MODEL, 2_000);
            record(other, 2, "text ");
        }
        record(2, "text ");
        stub.behave(texts -> new Reply(503, 600));
        worker().drain(LIMIT);
        assertTrue(stub.calls() <= 2, "calls: " + stub.calls());
        stub.behave(texts -> Reply.OK);
        admin("select prosa.resume_embeddings()");
        worker().drain(LIMIT);
    }

    @Test
    void sharesTheQueueWithOtherWorkers() throws Exception {
        record(300, "text ");
        AtomicInteger texts = new AtomicInteger();
        stub.behave(batch -> {
            texts.addAndGet(batch.size());
            return Reply.OK;
        });
        WorkerSettings settings = new WorkerSettings(16, 3, Duration.ofMillis(10), Duration.ofMillis(100), Duration.ofMinutes(2));
        try (Worker worker = new Worker(jdbi, TenantSecrets.from(pool::getConnection), settings)) {
            worker.start();
            await(() -> queued() == 0);
        }
        assertEquals(300, embedded());
        assertEquals(300, texts.get());
    }

    @Test
    void claimsTheNextBatchWhileACallIsUnderWay() throws Exception {
        record(40, "text ");
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger underWay = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        stub.behave(texts -> {
            most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            go.await();
            underWay.decrementAndGet();
            return Reply.OK;
        });
        try (Worker worker = workerOfOneCall()) {
            worker.start();
            await(() -> leased() == 32);
            assertEquals(1, stub.calls());
            go.countDown();
            await(() -> queued() == 0);
        }
        assertEquals(40, embedded());
        assertEquals(1, most.get(), "one call at a time");
    }

    // one turn in four called it again when the failure was told to the database after the turn
    @RepeatedTest(5)
    void doesNotCallAnEndpointThatFailedWhileItsBatchWaited() throws Exception {
        record(40, "text ");
        CountDownLatch go = new CountDownLatch(1);
        stub.behave(texts -> {
            go.await();
            return new Reply(503, 600);
        });
        try (Worker worker = workerOfOneCall()) {
            worker.start();
            await(() -> leased() == 32);
            go.countDown();
            await(() -> leased() == 0);
        }
        assertEquals(1, stub.calls());
        assertEquals(40, queued());
        assertEquals("0", admin("select max(attempts) from prosa.embedding_queue where tenant_id = ?", tenant.id()));
    }

    @Test
    void finishesItsBatchWhenItIsStopped() throws Exception {
        record(5, "text ");
        CountDownLatch called = new CountDownLatch(1);
        stub.behave(texts -> {
            called.countDown();
            Thread.sleep(1_000);
            return Reply.OK;
        });
        Worker worker = worker();
        worker.start();
        assertTrue(called.await(20, TimeUnit.SECONDS));
        worker.stop();
        assertTrue(worker.join(Duration.ofSeconds(20)));
        assertEquals(5, embedded());
    }

    @Test
    void outlivesTheLossOfItsConnections() throws Exception {
        try (Worker worker = worker()) {
            worker.start();
            record(1, "before ");
            await(() -> embedded() == 1);
            String user = TestDatabase.worker().user();
            admin("select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = ? and datname = current_database()", user);
            record(3, "after ");
            await(() -> embedded() == 4);
        }
    }

    @Test
    void runsScheduledJobsUnlessPgCronDoes() throws Exception {
        admin("update prosa.jobs set next_run_at = now(), last_started_at = null, last_finished_at = null where name = 'prosa consumption' returning 1");
        boolean isOurs = "worker".equals(admin("select value #>> '{}' from prosa.system_config where key = 'job_scheduler'"));
        worker().drain(LIMIT);
        assertEquals(isOurs ? "t" : "f", admin("select last_finished_at is not null from prosa.jobs where name = 'prosa consumption'"));
        assertEquals(null, admin("select last_error from prosa.jobs where name = 'prosa consumption'"));
    }

    @Test
    void reportsAJobThatFails() throws Exception {
        admin("insert into prosa.jobs (name, command, cron, every) values ('prosa test', 'select 1/0', '0 0 1 1 *', '1 day') returning 1");
        try {
            boolean isOurs = "worker".equals(admin("select value #>> '{}' from prosa.system_config where key = 'job_scheduler'"));
            worker().drain(LIMIT);
            if (isOurs) {
                assertTrue(admin("select last_error from prosa.jobs where name = 'prosa test'").contains("division by zero"));
            }
        } finally {
            admin("delete from prosa.jobs where name = 'prosa test' returning 1");
        }
    }

    private Worker worker() {
        return new Worker(jdbi, TenantSecrets.from(pool::getConnection), WorkerSettings.DEFAULT);
    }

    private Worker workerOfOneCall() throws Exception {
        TestDatabase.setProvider(tenant, Optional.of(stub.url()), Optional.empty(), EmbeddingStub.MODEL, 30_000);
        return new Worker(jdbi, TenantSecrets.from(pool::getConnection),
                new WorkerSettings(16, 1, Duration.ofMillis(10), Duration.ofMillis(100), Duration.ofMinutes(2)));
    }

    private int leased() throws Exception {
        return Integer.parseInt(admin("select count(*) from prosa.embedding_queue where tenant_id = ? and is_leased", tenant.id()));
    }

    private void record(int count, String prefix) throws Exception {
        record(tenant, count, prefix);
    }

    private static void record(TestTenant tenant, int count, String prefix) throws Exception {
        String contact = TestDatabase.inTenant(tenant.id(), "select prosa.get_or_create_contact('5511944440000', 'Ana')");
        String conversation = TestDatabase.inTenant(tenant.id(),
                "select prosa.get_or_create_conversation((select id from prosa.inboxes where tenant_id = ? and is_default), ?::uuid)",
                tenant.id(), contact);
        TestDatabase.inTenant(tenant.id(), """
                select count(*) from prosa.record_messages((
                    select jsonb_agg(jsonb_build_object('conversation_id', ?, 'role', 'user', 'content', ? || n))
                      from generate_series(1, ?) n))""", conversation, prefix, count);
    }

    private void makeDue() throws Exception {
        admin("select prosa.resume_embeddings()");
        admin("update prosa.embedding_queue set available_at = clock_timestamp() where failed_at is null and tenant_id = ? returning 1", tenant.id());
        admin("update prosa.embedding_turns set rescan_at = '-infinity' where tenant_id = ? returning 1", tenant.id());
    }

    private int embedded() throws Exception {
        return Integer.parseInt(admin("select count(*) from prosa.embeddings where tenant_id = ?", tenant.id()));
    }

    /** What waits to be embedded; a message just recorded waits in the outbox first. */
    private int queued() throws Exception {
        return Integer.parseInt(admin("""
                select (select count(*) from prosa.embedding_queue q where q.tenant_id = t.id)
                       + (select count(*) from prosa.message_outbox o where o.tenant_id = t.id)
                  from prosa.tenants t where t.id = ?""", tenant.id()));
    }

    private interface Check {
        boolean holds() throws Exception;
    }

    private static void await(Check check) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!check.holds()) {
            assertFalse(System.nanoTime() > end, "it did not happen within 30 s");
            Thread.sleep(50);
        }
    }
}
