/**
 * The REST gateway: webhooks in, chat and search for applications, embeddings of the in-process model.
 *
 * <p>Every request names a tenant by its key; the database checks the key and sets the tenant in the statement that
 * does the work, so a connection never carries a tenant from one request to the next.
 */
package dev.prosa.gateway;
