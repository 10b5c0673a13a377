package dev.prepull.controller.kube;

import io.kubernetes.client.openapi.JSON;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Date;
import java.util.Locale;

/**
 * Makes the Kubernetes client accept fields it does not know, as the API conventions ask of every
 * client. As generated it throws on them, so that an API server one version newer would stop every
 * informer (kubernetes-client/java issue 4809).
 */
final class LenientJson {

  /** Exactly six digits: the API server refuses a MicroTime, as in a Lease, with fewer. */
  private static final DateTimeFormatter MICRO_TIME =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss", Locale.ROOT))
          .appendFraction(ChronoField.NANO_OF_SECOND, 6, 6, true)
          .appendOffsetId()
          .toFormatter(Locale.ROOT);

  private LenientJson() {}

  /** Takes effect for the whole process; to be called before the client is used. */
  static void install() {
    // createGson() lacks the strict per-type adapters and also these three, which are still needed.
    JSON.setGson(
        JSON.createGson()
            .registerTypeAdapter(Date.class, new JSON.DateTypeAdapter())
            .registerTypeAdapter(
                OffsetDateTime.class, new JSON.OffsetDateTimeTypeAdapter(MICRO_TIME))
            .registerTypeAdapter(byte[].class, new JSON.ByteArrayAdapter())
            .create());
  }
}
