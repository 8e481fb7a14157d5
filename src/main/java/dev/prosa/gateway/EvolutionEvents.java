package dev.prosa.gateway;

import java.util.Set;

/**
 * The names that Evolution API appends to the webhook's path when it sends one path an event ("webhook by events"),
 * so that {@code /webhook/evolution/messages-upsert} is not taken for an instance of that name.
 */
final class EvolutionEvents {

    private static final Set<String> NAMES = Set.of(
            "application-startup", "call", "chats-delete", "chats-set", "chats-update", "chats-upsert",
            "connection-update", "contacts-set", "contacts-update", "contacts-upsert", "creds-update",
            "group-participants-update", "groups-update", "groups-upsert", "instance-create", "instance-delete",
            "labels-association", "labels-edit", "logout-instance", "messages-delete", "messages-edited",
            "messages-set", "messages-update", "messages-upsert", "messaging-history-set", "presence-update",
            "qrcode-updated", "remove-instance", "send-message", "send-message-update", "status-instance",
            "typebot-change-status", "typebot-start");

    private EvolutionEvents() {
    }

    /** Whether a path segment is the name of an event, such as {@code messages-upsert}. */
    static boolean contains(String segment) {
        return NAMES.contains(segment);
    }
}
