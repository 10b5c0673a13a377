package dev.prepull.controller.kube;

import dev.prepull.controller.reconcile.Leadership;
import java.io.IOException;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Lets nothing but reads pass to the API server unless this controller leads. It stands behind the
 * making of the connection, so that no wait comes between the question and the first byte.
 */
final class FencedWrites implements Interceptor {

  private final Leadership leadership;

  FencedWrites(Leadership leadership) {
    this.leadership = leadership;
  }

  @Override
  public Response intercept(Chain chain) throws IOException {
    Request request = chain.request();
    if (!request.method().equals("GET") && !leadership.isHeld()) {
      throw new IOException("this controller leads no more, so that it writes nothing");
    }
    return chain.proceed(request);
  }
}
