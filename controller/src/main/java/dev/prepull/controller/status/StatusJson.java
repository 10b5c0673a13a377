package dev.prepull.controller.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;

/**
 * The JSON of the status ConfigMap and of the API: component names as they stand, times by ISO
 * 8601.
 */
public final class StatusJson {

  static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private StatusJson() {}

  /** Writes a value made of records, collections and times. */
  public static String render(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot be written as JSON: " + value.getClass(), e);
    }
  }

  /**
   * Reads what {@link #render} wrote; fields of a newer version are ignored.
   *
   * @throws IllegalArgumentException when the text is something else
   */
  public static RolloutStatus parse(String json) {
    try {
      RolloutStatus status = MAPPER.readValue(json, RolloutStatus.class);
      if (status == null) {
        throw new IllegalArgumentException("is no status: " + json);
      }
      return status;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("is no status: " + e.getOriginalMessage(), e);
    }
  }
}
