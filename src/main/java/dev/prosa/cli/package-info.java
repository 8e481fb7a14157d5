/**
 * The {@code prosa} command: starts the gateway and the worker, and creates tenants, inboxes and keys.
 */
package dev.prosa.cli;
