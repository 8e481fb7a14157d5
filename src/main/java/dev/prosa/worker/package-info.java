/**
 * The worker process: embeds what is queued and runs scheduled jobs over JDBC, where PL/Java and pg_cron do not.
 *
 * <p>It claims and commits, calls the endpoint with no transaction open, writes and commits. A worker that dies loses
 * nothing: what it held comes back when its lease ends. Any number of workers may run.
 */
package dev.prosa.worker;
