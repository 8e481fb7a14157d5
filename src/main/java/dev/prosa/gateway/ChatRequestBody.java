package dev.prosa.gateway;

import java.util.Optional;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The body of {@code POST /api/chat}.
 *
 * @param phone      the contact, in international form
 * @param message    what the contact says
 * @param name       the contact's name
 * @param inbox      the inbox; the key's or the tenant's default where absent
 * @param externalId the message's id in the caller's system: a repeated one is not answered twice
 * @param wantsReply whether to answer, or only to store
 */
record ChatRequestBody(String phone, String message, Optional<String> name, Optional<String> inbox,
                       Optional<String> externalId, boolean wantsReply) {

    private static final int MAX_MESSAGE = 65_536;

    /** @throws ApiException 400 when a member is missing or wrong */
    static ChatRequestBody of(ObjectNode body) {
        Fields fields = new Fields(body);
        return new ChatRequestBody(
                fields.text("phone", 64),
                fields.text("message", MAX_MESSAGE),
                fields.optionalText("name", 160),
                fields.optionalText("inbox", 80),
                fields.optionalText("external_id", 200),
                fields.flag("reply", true));
    }
}
