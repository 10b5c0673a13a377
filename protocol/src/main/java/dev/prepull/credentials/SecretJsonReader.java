package dev.prepull.credentials;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import dev.prepull.credentials.SecretJson.Members;
import dev.prepull.credentials.SecretJson.Other;
import dev.prepull.credentials.SecretJson.Text;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * Makes values of JSON text. What Jackson says of an error is not passed on: it quotes the text.
 */
final class SecretJsonReader {

  private static final int DEEPEST = 32;
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          // The names are hosts and the like; interned they would stay for ever.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
          .build();

  private final JsonParser parser;

  private SecretJsonReader(JsonParser parser) {
    this.parser = parser;
  }

  static SecretJson read(byte[] text) throws InvalidJsonException {
    try (JsonParser parser = FACTORY.createParser(text)) {
      if (parser.nextToken() == null) {
        throw new InvalidJsonException("is empty", 0, 0);
      }
      SecretJson value = new SecretJsonReader(parser).value();
      if (parser.nextToken() != null) {
        throw invalid("has something behind its end", parser.currentTokenLocation());
      }
      return value;
    } catch (StreamConstraintsException e) {
      throw invalid("nests deeper than %d levels".formatted(DEEPEST), e.getLocation());
    } catch (JsonEOFException e) {
      throw invalid("is not JSON: it ends too early", e.getLocation());
    } catch (JsonProcessingException e) {
      throw invalid("is not JSON", e.getLocation());
    } catch (IOException e) {
      throw new InvalidJsonException("is not UTF-8 text", 0, 0);
    }
  }

  private static InvalidJsonException invalid(String what, JsonLocation place) {
    return place == null
        ? new InvalidJsonException(what, 0, 0)
        : new InvalidJsonException(what, place.getLineNr(), place.getColumnNr());
  }

  private SecretJson value() throws IOException {
    JsonLocation place = parser.currentTokenLocation();
    int line = place.getLineNr();
    int column = place.getColumnNr();
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_OBJECT) {
      return new Members(members(), line, column);
    }
    if (token == JsonToken.VALUE_STRING) {
      return new Text(parser.getText(), line, column);
    }
    if (token == JsonToken.START_ARRAY) {
      parser.skipChildren();
      return new Other("a list", line, column);
    }
    if (token == JsonToken.VALUE_NULL) {
      return new Other("null", line, column);
    }
    return new Other(
        token != null && token.isNumeric() ? "a number" : "a truth value", line, column);
  }

  private SequencedMap<String, SecretJson> members() throws IOException {
    SequencedMap<String, SecretJson> members = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      boolean isNull = parser.nextToken() == JsonToken.VALUE_NULL;
      SecretJson value = value();
      if (!isNull) {
        members.put(name, value);
      }
    }
    return members;
  }
}
