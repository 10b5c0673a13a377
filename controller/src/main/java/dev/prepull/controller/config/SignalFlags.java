package dev.prepull.controller.config;

import dev.prepull.controller.signal.SignalSettings;
import dev.prepull.program.Flags;
import dev.prepull.program.UsageException;
import java.util.regex.Pattern;

/** Reads the flags that are about Nodes. */
final class SignalFlags {

  /** A qualified name: a DNS subdomain before a slash is usual and not needed. */
  private static final Pattern TAINT_KEY =
      Pattern.compile(
          "([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");

  private SignalFlags() {}

  static SignalSettings from(Flags flags, boolean standalone) throws UsageException {
    String taint =
        flags.text(ControllerFlags.STARTUP_TAINT).filter(key -> !key.isEmpty()).orElse(null);
    if (taint != null && !TAINT_KEY.matcher(taint).matches()) {
      throw Flags.wrong(
          ControllerFlags.STARTUP_TAINT,
          taint,
          "expected the key of a taint, without value and effect");
    }
    SignalSettings settings =
        new SignalSettings(
            flags.isOn(ControllerFlags.NODE_LABEL),
            flags.isOn(ControllerFlags.NODE_CONDITION),
            taint,
            flags.duration(ControllerFlags.STARTUP_TAINT_TIMEOUT));
    if (standalone && !settings.used().isEmpty()) {
      throw new UsageException(
          "--node-label, --node-condition and --startup-taint need an API server, which --lists-from does without");
    }
    return settings;
  }
}
