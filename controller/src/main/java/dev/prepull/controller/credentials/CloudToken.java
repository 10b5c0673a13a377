package dev.prepull.controller.credentials;

import java.time.Instant;

/**
 * What a cloud gave for its registries.
 *
 * @param expiry when the registry takes it no longer
 */
record CloudToken(String username, String password, Instant expiry) {

  /** Nothing of what a registry is shown. */
  @Override
  public String toString() {
    return "token until " + expiry;
  }
}
