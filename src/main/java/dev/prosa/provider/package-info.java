/**
 * Embedding and LLM endpoints, one class a wire protocol. With {@code dev.prosa.egress} and {@code dev.prosa.routine} it
 * makes the jar that goes into the database: only java.base, java.sql and the one JSON parser may be used here.
 */
package dev.prosa.provider;
