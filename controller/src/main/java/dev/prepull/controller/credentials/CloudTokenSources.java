package dev.prepull.controller.credentials;

import dev.prepull.controller.credentials.CloudRegistry.Acr;
import dev.prepull.controller.credentials.CloudRegistry.EcrPrivate;
import dev.prepull.controller.credentials.CloudRegistry.EcrPublic;
import dev.prepull.controller.credentials.CloudRegistry.Google;

/**
 * The clouds themselves. The classes that it names, and the SDKs behind them, are loaded by need.
 */
final class CloudTokenSources {

  private CloudTokenSources() {}

  /** Where the token for that registry comes from. */
  static TokenSource of(CloudRegistry registry) {
    return switch (registry) {
      case EcrPrivate ecr -> EcrTokens.ofPrivate(ecr);
      case EcrPublic _ -> EcrTokens.ofPublic();
      case Google _ -> GoogleTokens.byDefault();
      case Acr acr -> AcrTokens.of(acr);
    };
  }
}
