package dev.prepull.agent.runtime.cri;

import com.google.protobuf.Message;
import dev.prepull.agent.runtime.cri.v1.ListImagesRequest;
import dev.prepull.agent.runtime.cri.v1.ListImagesResponse;
import dev.prepull.agent.runtime.cri.v1.VersionRequest;
import dev.prepull.agent.runtime.cri.v1.VersionResponse;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/** A gRPC server on a unix socket whose methods answer as a test says. */
final class FakeCriServer implements AutoCloseable {

  /** What a method answers: a message, or a status with its text. */
  sealed interface Answer {
    record Message(com.google.protobuf.Message message) implements Answer {}

    record Status(GrpcStatus code, String text) implements Answer {}

    /** Messages that the test hands to the sink, which it gets with the call. */
    record Stream(CompletableFuture<Consumer<com.google.protobuf.Message>> sink)
        implements Answer {}

    /** None, until the client goes away; completes then. */
    record Silence(CompletableFuture<Void> called, CompletableFuture<Void> reset)
        implements Answer {}
  }

  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final AtomicInteger resets = new AtomicInteger();
  private final GrpcServer grpc;
  private final HttpServer http;

  FakeCriServer(Vertx vertx, Path socket) throws Exception {
    grpc = GrpcServer.server(vertx);
    http =
        vertx
            .createHttpServer()
            .requestHandler(request -> {
              if (resets.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                request.response().reset(0);
              } else {
                grpc.handle(request);
              }
            });
    await(http.listen(SocketAddress.domainSocketAddress(socket.toString())));
  }

  /** Loses the next answers as a Go server does: by a reset with NO_ERROR. */
  void loseAnswers(int count) {
    resets.set(count);
  }

  /** The names of the methods called so far. */
  List<String> calls() {
    return calls;
  }

  <Q extends Message> FakeCriServer on(
      String service, String method, Message.Builder request, Function<Q, Answer> answer) {
    ServiceMethod<Q, Message> served =
        ServiceMethod.server(
            ServiceName.create(service),
            method,
            GrpcMessageEncoder.encoder(),
            GrpcMessageDecoder.decoder(request));
    grpc.callHandler(
        served,
        call ->
            call.last()
                .onSuccess(message -> {
                  calls.add(method);
                  switch (answer.apply(message)) {
                    case Answer.Message(Message body) -> call.response().end(body);
                    case Answer.Status(GrpcStatus code, String text) ->
                        call.response().status(code).statusMessage(text).end();
                    case Answer.Stream(var sink) -> sink.complete(call.response()::write);
                    case Answer.Silence silence -> {
                      call.errorHandler(e -> silence.reset().complete(null));
                      silence.called().complete(null);
                    }
                  }
                }));
    return this;
  }

  /** Answers what a client asks first: who is there, and whether it serves images. */
  FakeCriServer greet(String runtimeName) {
    return on(
            "runtime.v1.RuntimeService",
            "Version",
            VersionRequest.newBuilder(),
            request ->
                new Answer.Message(
                    VersionResponse.newBuilder()
                        .setRuntimeName(runtimeName)
                        .setRuntimeVersion("1.2.3")
                        .build()))
        .on(
            "runtime.v1.ImageService",
            "ListImages",
            ListImagesRequest.newBuilder(),
            request -> new Answer.Message(ListImagesResponse.getDefaultInstance()));
  }

  static <T> T await(io.vertx.core.Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws Exception {
    await(http.close());
  }
}
