package dev.prepull.agent.puller;

import dev.prepull.agent.credentials.PullCredentials;
import dev.prepull.credentials.NodeCredentials;
import dev.prepull.model.ImageReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the controller's word on credentials. It is kept while the controller is away, and until
 * the next stream has said something else or, by giving locks or leave without any, nothing. Lives
 * on the puller's loop.
 */
final class CredentialNews {

  private static final Logger log = LoggerFactory.getLogger(CredentialNews.class);

  private final PullCredentials credentials;
  private final TrackedImages images;
  private boolean heard;

  CredentialNews(PullCredentials credentials, TrackedImages images) {
    this.credentials = credentials;
    this.images = images;
  }

  /** A new stream begins. */
  void attached() {
    heard = false;
  }

  /** These and no others from now on. */
  void told(NodeCredentials next) {
    heard = true;
    log.atDebug().addKeyValue("credentials", next).log("Credentials adopted");
    for (ImageReference reference : credentials.replace(next)) {
      images.of(reference).ifPresent(TrackedImage::credentialsChanged);
    }
  }

  /** Something has come that credentials, were there any, would have come before. */
  void due() {
    if (!heard) {
      told(NodeCredentials.EMPTY);
    }
  }
}
