package dev.prepull.controller.config;

import dev.prepull.program.Flags;
import dev.prepull.program.HostPort;
import dev.prepull.program.UsageException;
import org.jspecify.annotations.Nullable;

/**
 * How the API server asks about lists.
 *
 * @param configuration the ValidatingWebhookConfiguration that makes it ask
 */
public record WebhookConfig(HostPort listen, String configuration) {

  /** Reads the flags; null when it shall not ask. */
  static @Nullable WebhookConfig from(Flags flags, boolean standalone) throws UsageException {
    if (flags.text(ControllerFlags.WEBHOOK_LISTEN).isEmpty()) {
      return null;
    }
    if (standalone) {
      throw new UsageException(
          "--webhook-listen and --lists-from exclude each other: without an API server nobody asks");
    }
    return new WebhookConfig(
        flags.hostPort(ControllerFlags.WEBHOOK_LISTEN),
        flags.required(ControllerFlags.WEBHOOK_CONFIGURATION));
  }
}
