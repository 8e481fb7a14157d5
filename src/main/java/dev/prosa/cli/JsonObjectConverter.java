package dev.prosa.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Checks that an option is a JSON object; the text stays as it is. */
final class JsonObjectConverter implements ITypeConverter<String> {

    @Override
    public String convert(String text) {
        try {
            if (JsonMapper.builder().build().readTree(text).isObject()) {
                return text;
            }
        } catch (JsonProcessingException e) {
            throw new TypeConversionException("it is not valid JSON: " + e.getOriginalMessage());
        }
        throw new TypeConversionException("it is JSON, but not an object such as {\"language\": \"english\"}");
    }
}
