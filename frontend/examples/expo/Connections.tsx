import { type ConnectTokenRequest, describe, useConnections } from "@pluggy-lambda/react/native";
import { Button, FlatList, Image, Linking, Text, View } from "react-native";

interface Props {
  onConnect: (request?: ConnectTokenRequest) => void;
}

export function Connections({ onConnect }: Props) {
  const { status, items } = useConnections();
  return (
    <FlatList
      data={items}
      keyExtractor={({ itemId }) => itemId}
      ListHeaderComponent={<Button title="Conectar um banco" onPress={() => onConnect()} />}
      ListEmptyComponent={<Text>{status === "loading" ? "Um momento…" : "Nenhuma conta ainda."}</Text>}
      renderItem={({ item }) => {
        const { message, bankMessage, image, link, button } = describe(item);
        return (
          <View>
            <Text>{item.connector?.name}</Text>
            <Text>{message}</Text>
            {bankMessage !== undefined && <Text>{bankMessage}</Text>}
            {image !== undefined && <Image source={{ uri: image }} style={{ height: 160 }} resizeMode="contain" />}
            {link && <Button title={link.label} onPress={() => void Linking.openURL(link.href)} />}
            {button && <Button title={button.label} onPress={() => onConnect(button.request)} />}
          </View>
        );
      }}
    />
  );
}
