import { ConnectScreen, type ConnectTokenRequest } from "@pluggy-lambda/react/native";
import { ActivityIndicator, Alert } from "react-native";

interface Props {
  /** The request of a connection's button, to update it. */
  request?: ConnectTokenRequest;
  onDone: () => void;
}

// #region screen
/** A screen of its own, which the widget fills. */
export function ConnectBank({ request, onDone }: Props) {
  return (
    <ConnectScreen
      request={{ profile: "mobile", ...request }}
      fallback={<ActivityIndicator />}
      onClose={onDone}
      onError={() => {
        Alert.alert("Não foi possível abrir a conexão. Tente novamente.");
        onDone();
      }}
    />
  );
}
// #endregion
