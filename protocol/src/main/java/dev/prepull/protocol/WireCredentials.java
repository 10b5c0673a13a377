package dev.prepull.protocol;

import dev.prepull.credentials.NodeCredentials;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageReference;
import dev.prepull.protocol.v1.Credential;
import dev.prepull.protocol.v1.Credentials;
import dev.prepull.protocol.v1.ImageCredentials;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Credentials on the wire: each once, however many images it is for. The messages show secrets in
 * their {@code toString}, so they go no further than from here to the stream and back.
 */
final class WireCredentials {

  private WireCredentials() {}

  static Credentials toWire(NodeCredentials credentials) {
    Credentials.Builder message = Credentials.newBuilder();
    Map<RegistryCredential, Integer> indices = new HashMap<>();
    credentials
        .images()
        .forEach((reference, image) -> {
          ImageCredentials.Builder written =
              ImageCredentials.newBuilder()
                  .setReference(reference.written())
                  .addAllProblems(image.problems());
          for (RegistryCredential credential : image.credentials()) {
            Integer known = indices.get(credential);
            if (known == null) {
              known = indices.size();
              indices.put(credential, known);
              message.addCredentials(toWire(credential));
            }
            written.addCredentials(known);
          }
          message.addImages(written);
        });
    return message.build();
  }

  private static Credential toWire(RegistryCredential credential) {
    return Credential.newBuilder()
        .setSource(credential.source())
        .setUsername(credential.username())
        .setPassword(credential.password())
        .setIdentityToken(credential.identityToken())
        .setRegistryToken(credential.registryToken())
        .build();
  }

  static NodeCredentials fromWire(Credentials message) {
    List<RegistryCredential> all =
        message.getCredentialsList().stream().map(WireCredentials::fromWire).toList();
    Map<ImageReference, NodeCredentials.OfImage> images = new HashMap<>();
    for (ImageCredentials image : message.getImagesList()) {
      ImageReference reference = ImageReference.parse(image.getReference());
      List<RegistryCredential> credentials = new ArrayList<>();
      for (int index : image.getCredentialsList()) {
        if (index < 0 || index >= all.size()) {
          throw new IllegalArgumentException(
              "%s names credential %d, and there are %d".formatted(reference, index, all.size()));
        }
        credentials.add(all.get(index));
      }
      images.put(reference, new NodeCredentials.OfImage(credentials, image.getProblemsList()));
    }
    return new NodeCredentials(images);
  }

  private static RegistryCredential fromWire(Credential message) {
    return new RegistryCredential(
        message.getSource(),
        message.getUsername(),
        message.getPassword(),
        message.getIdentityToken(),
        message.getRegistryToken());
  }
}
