package dev.prosa.provider;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The mock")
class MockProviderTest {

    private final Provider mock = new MockProvider(
            ProviderConfig.parse("{\"protocol\":\"mock\",\"model\":\"m\",\"dimensions\":64}"));

    private float[] embed(String text) {
        return mock.embed(List.of(text), CallOptions.DEFAULT).vectors().get(0);
    }

    private static double cosine(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    @Test
    void embedsToUnitVectorsThatAreAlwaysTheSame() {
        for (String text : List.of("entrega amanhã", "", "!!!", "😀")) {
            float[] vector = embed(text);
            assertEquals(64, vector.length);
            assertEquals(1, cosine(vector, vector), 1e-5);
            assertArrayEquals(vector, embed(text));
        }
    }

    @Test
    void embedsTextsWithCommonWordsNearEachOther() {
        float[] text = embed("quando chega a minha entrega");
        assertTrue(cosine(text, embed("A minha entrega, quando?")) > cosine(text, embed("boleto do mês passado")));
    }

    @Test
    void quotesTheBestContextAndRepeatsTheQuestion() {
        ChatAnswer answer = mock.chat(ChatRequest.of(List.of(
                new ChatMessage("system", "Contexto:\n- entrega na terça\n- pago por pix\n- terceiro"),
                new ChatMessage("user", "oi"),
                new ChatMessage("assistant", "- não"),
                new ChatMessage("user", "quando chega?"))), CallOptions.DEFAULT);
        assertEquals("[mock] “entrega na terça” “pago por pix” ← quando chega?", answer.content());
        assertEquals("m", answer.model());
        assertTrue(answer.tokensEstimated());
        assertTrue(answer.inputTokens() > 0 && answer.outputTokens() > 0);
    }

    @Test
    void answersWithoutContext() {
        assertEquals("[mock] ← olá", mock.chat(ChatRequest.of(List.of(new ChatMessage("user", "olá"))),
                CallOptions.DEFAULT).content());
    }

    @Test
    void writesVectorsAsPgvectorReadsThem() {
        assertEquals("[0.1,-0.25,1.0E-7]", Vectors.toText(new float[] {0.1f, -0.25f, 1e-7f}));
        assertEquals("[]", Vectors.toText(new float[0]));
    }
}
